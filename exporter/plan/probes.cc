// SPDX-License-Identifier: Apache-2.0
#include "plan/probes.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <unordered_map>

#include "object/program_types.h"

namespace bpf_exporter::plan {
namespace {

constexpr std::array kKprobe = {BPF_PROG_TYPE_KPROBE};
constexpr std::array kTracepoint = {BPF_PROG_TYPE_TRACEPOINT};
constexpr std::array kRawTracepoint = {
    BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, BPF_PROG_TYPE_TRACING};
constexpr std::array kTracing = {BPF_PROG_TYPE_TRACING};
constexpr std::array kLsm = {BPF_PROG_TYPE_LSM};
constexpr std::array kPerfEvent = {BPF_PROG_TYPE_PERF_EVENT};
constexpr std::array kXdp = {BPF_PROG_TYPE_XDP};
constexpr std::array kTc = {BPF_PROG_TYPE_SCHED_CLS};
constexpr std::array kSocketFilter = {BPF_PROG_TYPE_SOCKET_FILTER};
constexpr std::array kCgroup = {
    BPF_PROG_TYPE_CGROUP_SKB,     BPF_PROG_TYPE_CGROUP_SOCK,   BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
    BPF_PROG_TYPE_SOCK_OPS,       BPF_PROG_TYPE_CGROUP_DEVICE, BPF_PROG_TYPE_CGROUP_SYSCTL,
    BPF_PROG_TYPE_CGROUP_SOCKOPT,
};

struct Row {
  config::ProbeKind kind;
  std::string_view name;  // the key under `probes:`
  std::span<const bpf_prog_type> types;
  std::string_view section;  // what to write in SEC()
};

const std::array kRows = {
    Row{config::ProbeKind::kTracepoint, "tracepoint", kTracepoint, "tracepoint"},
    Row{config::ProbeKind::kRawTracepoint, "raw_tracepoint", kRawTracepoint, "raw_tp"},
    Row{config::ProbeKind::kKprobe, "kprobe", kKprobe, "kprobe"},
    Row{config::ProbeKind::kKretprobe, "kretprobe", kKprobe, "kretprobe"},
    Row{config::ProbeKind::kFentry, "fentry", kTracing, "fentry"},
    Row{config::ProbeKind::kFexit, "fexit", kTracing, "fexit"},
    Row{config::ProbeKind::kLsm, "lsm", kLsm, "lsm"},
    Row{config::ProbeKind::kUprobe, "uprobe", kKprobe, "uprobe"},
    Row{config::ProbeKind::kUretprobe, "uretprobe", kKprobe, "uretprobe"},
    Row{config::ProbeKind::kUsdt, "usdt", kKprobe, "usdt"},
    Row{config::ProbeKind::kPerfEvent, "perf_event", kPerfEvent, "perf_event"},
    Row{config::ProbeKind::kXdp, "xdp", kXdp, "xdp"},
    Row{config::ProbeKind::kTc, "tc", kTc, "tc"},
    Row{config::ProbeKind::kSocketFilter, "socket_filter", kSocketFilter, "socket"},
    Row{config::ProbeKind::kCgroup, "cgroup", kCgroup, "cgroup_skb/ingress"},
};

const Row& RowOf(config::ProbeKind kind) {
  const auto row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& one) { return one.kind == kind; });
  return row == kRows.end() ? kRows.front() : *row;
}

void CheckKind(const Scope& scope, const config::ProbeSpec& probe,
               const object::ProgramLayout& program) {
  const Row& row = RowOf(probe.kind);
  // libbpf knows no type for sections of one's own; the entry decides then.
  if (program.type == BPF_PROG_TYPE_UNSPEC) return;
  if (std::find(row.types.begin(), row.types.end(), program.type) != row.types.end()) return;
  scope.diagnostics.Error(
      probe.at, fmt::format("program '{}' is a {} program (section \"{}\"); {} needs SEC(\"{}\")",
                            program.name, object::ProgramTypeName(program.type), program.section,
                            row.name, row.section));
}

}  // namespace

void CheckProbes(const Scope& scope) {
  std::vector<std::string> names;
  for (const object::ProgramLayout& program : scope.object.programs) names.push_back(program.name);
  std::unordered_map<std::string_view, config::Position> seen;
  for (const config::ProbeSpec& probe : scope.config.probes) {
    const std::string& name = probe.program.value;
    const auto [first, inserted] = seen.emplace(name, probe.program.at);
    if (!inserted) {
      scope.diagnostics.Error(probe.program.at,
                              fmt::format("program {} is there twice; the first is in line {}",
                                          config::Quoted(name), first->second.line));
      continue;
    }
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      scope.diagnostics.Error(
          probe.program.at,
          fmt::format("{} has no program {}{}", ObjectSubject(scope.object), config::Quoted(name),
                      Suggest(name, names, "its programs")));
    } else {
      CheckKind(scope, probe,
                scope.object.programs[static_cast<std::size_t>(found - names.begin())]);
    }
  }
}

}  // namespace bpf_exporter::plan
