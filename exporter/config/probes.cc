// SPDX-License-Identifier: Apache-2.0
#include "config/probes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "config/either_of.h"
#include "config/probe_places.h"
#include "config/probe_targets.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

// `kprobe: NAME`, `kprobe: [NAME, …]` or `kprobe: {all: [NAME, …]}`.
template <ProbeKind kind>
void ReadNames(const Field& field, ProbeSpec& probe) {
  probe.kind = kind;
  ReadTargets(field, probe);
  if (kind != ProbeKind::kTracepoint) return;
  for (const Text& target : probe.targets) {
    const std::size_t slash = target.value.find('/');
    const bool one = slash != std::string::npos && slash > 0 && slash + 1 < target.value.size() &&
                     target.value.find('/', slash + 1) == std::string::npos;
    if (!one && !target.value.empty()) {
      field.diagnostics.Error(target.at, fmt::format("tracepoint: {} is not CATEGORY/NAME, such as "
                                                     "sched/sched_switch",
                                                     Quoted(target.value)));
    }
  }
}

void ReadParts(const Field& field, ProbeKind kind, const Mapping<ProbeSpec>& mapping,
               std::initializer_list<std::string_view> required, ProbeSpec& probe) {
  probe.kind = kind;
  if (ReadMapping(field, mapping, probe)) Require(field, field.name, required);
}

constexpr Key<ProbeSpec> kProbeKeys[] = {
    {"program", [](const Field& f, ProbeSpec& p) { p.program = ReadNonEmpty(f); }},
    {"optional", [](const Field& f, ProbeSpec& p) { p.optional = ReadBool(f); }},
    {"disabled",
     [](const Field& f, ProbeSpec& p) {
       const std::size_t errors_before = f.diagnostics.errors();
       // One that cannot be read is not taken for an entry without a kind as well.
       p.disabled = ReadBool(f) || f.diagnostics.errors() > errors_before;
     }},
    // From here on the kinds; an entry has one of them.
    {"tracepoint", ReadNames<ProbeKind::kTracepoint>},
    {"raw_tracepoint", ReadNames<ProbeKind::kRawTracepoint>},
    {"kprobe", ReadNames<ProbeKind::kKprobe>},
    {"kretprobe", ReadNames<ProbeKind::kKretprobe>},
    {"fentry", ReadNames<ProbeKind::kFentry>},
    {"fexit", ReadNames<ProbeKind::kFexit>},
    {"lsm", ReadNames<ProbeKind::kLsm>},
    {"uprobe",
     [](const Field& f, ProbeSpec& p) {
       ReadParts(f, ProbeKind::kUprobe, kUprobeMapping, {"binary", "symbol"}, p);
     }},
    {"uretprobe",
     [](const Field& f, ProbeSpec& p) {
       ReadParts(f, ProbeKind::kUretprobe, kUprobeMapping, {"binary", "symbol"}, p);
     }},
    {"usdt",
     [](const Field& f, ProbeSpec& p) {
       ReadParts(f, ProbeKind::kUsdt, kUsdtMapping, {"binary", "provider", "name"}, p);
     }},
    {"perf_event",
     [](const Field& f, ProbeSpec& p) {
       ReadParts(f, ProbeKind::kPerfEvent, kPerfEventMapping, {"event", "frequency"}, p);
     }},
    {"xdp", [](const Field& f,
               ProbeSpec& p) { ReadParts(f, ProbeKind::kXdp, kXdpMapping, {"interface"}, p); }},
    {"tc",
     [](const Field& f, ProbeSpec& p) {
       ReadParts(f, ProbeKind::kTc, kTcMapping, {"interface", "direction"}, p);
     }},
    {"socket_filter",
     [](const Field& f, ProbeSpec& p) {
       ReadParts(f, ProbeKind::kSocketFilter, kSocketFilterMapping, {"interface"}, p);
     }},
    {"cgroup", [](const Field& f,
                  ProbeSpec& p) { ReadParts(f, ProbeKind::kCgroup, kCgroupMapping, {"path"}, p); }},
};
constexpr std::span<const Key<ProbeSpec>> kKinds = std::span(kProbeKeys).subspan(3);

// Sets the place of the kind; reports none and more than one.
void CheckKind(const Field& entry, ProbeSpec& probe) {
  std::string_view first;
  std::vector<std::string_view> names;
  for (const Key<ProbeSpec>& kind : kKinds) {
    names.push_back(kind.name);
    const auto at = PositionOfKey(entry.node, kind.name);
    if (!at) continue;
    if (first.empty()) {
      first = kind.name;
      probe.at = *at;
    } else {
      entry.diagnostics.Error(*at, fmt::format("a probe attaches at one place, and '{}' is there "
                                               "already; make this an entry of its own",
                                               first));
    }
  }
  const bool misspelt = std::any_of(kKinds.begin(), kKinds.end(), [&](const Key<ProbeSpec>& kind) {
    return IsMisspelt(entry, kind.name);
  });
  if (first.empty() && !probe.disabled && !misspelt && !IsMisspelt(entry, "disabled")) {
    entry.Error(fmt::format("this probe does not say where it attaches: one of {}",
                            fmt::join(names, ", ")));
  }
}

}  // namespace

constinit const Mapping<ProbeSpec> kProbeMapping = {
    "probe", "a probe", "{program: start, kprobe: do_exit}", kProbeKeys};

void ReadProbes(const Field& field, Config& config) {
  if (!ExpectList(field)) return;
  for (const NodePtr& item : field.node.items) {
    const Field entry = field.Item(*item);
    if (ReadProgramGroup(entry, config)) continue;
    ProbeSpec probe;
    if (!ReadMapping(entry, kProbeMapping, probe)) continue;
    Require(entry, "a probe", {"program"});
    CheckKind(entry, probe);
    config.probes.push_back(std::move(probe));
  }
}

}  // namespace bpf_exporter::config
