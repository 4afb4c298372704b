// SPDX-License-Identifier: Apache-2.0
// Tests: own_keys_test.cc, wrong_files_test.cc
#include "config/top_level.h"

#include <string_view>

#include "config/constants.h"
#include "config/labels.h"
#include "config/maps.h"
#include "config/metrics.h"
#include "config/probes.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

constexpr Key<Config> kMetricsKeys[] = {
    {"counters",
     [](const Field& f, Config& c) { ReadMetrics(f, MetricKind::kCounter, c.metrics); }},
    {"gauges", [](const Field& f, Config& c) { ReadMetrics(f, MetricKind::kGauge, c.metrics); }},
    {"histograms",
     [](const Field& f, Config& c) { ReadMetrics(f, MetricKind::kHistogram, c.metrics); }},
};

constexpr Key<SpanSpec> kSpanKeys[] = {
    {"ringbuf", [](const Field& f, SpanSpec& s) { s.ringbuf = ReadNonEmpty(f); }},
    {"name", [](const Field& f, SpanSpec& s) { s.name = ReadText(f).value; }},
    {"service", [](const Field& f, SpanSpec& s) { s.service = ReadText(f).value; }},
    {"labels",
     [](const Field& f, SpanSpec& s) {
       s.labels = ReadLabels(f);
       CheckLabelsDiffer(s.labels, f.diagnostics);
     }},
};

void ReadSpans(const Field& field, Config& config) {
  if (!ExpectList(field)) return;
  for (const NodePtr& item : field.node.items) {
    SpanSpec span;
    const Field entry = field.Item(*item);
    if (!ReadMapping(entry, kSpanMapping, span)) continue;
    Require(entry, "a span", {"ringbuf"});
    config.spans.push_back(std::move(span));
  }
}

constexpr Key<Config> kTracingKeys[] = {{"spans", ReadSpans}};

constexpr Key<CgroupIdMapSpec> kCgroupIdMapKeys[] = {
    {"name", [](const Field& f, CgroupIdMapSpec& m) { m.name = ReadText(f); }},
    {"type",
     [](const Field& f, CgroupIdMapSpec& m) {
       if (const auto index = ReadWord(f, CgroupMapTypeNames())) {
         m.type = static_cast<CgroupMapType>(*index);
       }
     }},
    {"regexps", [](const Field& f, CgroupIdMapSpec& m) { m.regexps = ReadExpressions(f); }},
};

void ReadCgroupIdMap(const Field& field, Config& config) {
  CgroupIdMapSpec map;
  if (!ReadMapping(field, kCgroupIdMapMapping, map)) return;
  if (map.name.value.empty()) {
    // ebpf_exporter ignores a map without a name.
    field.diagnostics.Warning(field.node.at, "cgroup_id_map has no 'name', so it has no effect");
    return;
  }
  config.cgroup_id_map = std::move(map);
}

constexpr Key<Config> kCompatKeys[] = {
    {"syscall_names",
     [](const Field& f, Config& c) {
       c.strace_syscall_names = ReadWord(f, SyscallNameSources()) == std::size_t{1};
     }},
};

constexpr Key<Config> kConfigKeys[] = {
    {"name", [](const Field& f, Config&) { ReadText(f); }},  // the file's name counts
    {"description", [](const Field& f, Config& c) { c.description = ReadProse(f); }},
    {"object", [](const Field& f, Config& c) { c.object = ReadNonEmpty(f); }},
    {"constants", [](const Field& f, Config& c) { c.constants = ReadConstants(f); }},
    {"probes", ReadProbes},
    {"maps", [](const Field& f, Config& c) { c.maps = ReadMaps(f); }},
    {"metrics", [](const Field& f, Config& c) { ReadMapping(f, kMetricsMapping, c); }},
    {"tracing", [](const Field& f, Config& c) { ReadMapping(f, kTracingMapping, c); }},
    {"kaddrs", [](const Field& f, Config& c) { c.kaddrs = ReadTexts(f); }},
    {"cgroup_id_map", ReadCgroupIdMap},
    {"compat", [](const Field& f, Config& c) { ReadMapping(f, kCompatMapping, c); }},
    {"x-lint", [](const Field& f, Config& c) { c.lint = ReadBool(f); }},
};

}  // namespace

constinit const Mapping<Config> kConfigMapping = {
    "config", "a configuration", "{metrics: {counters: […]}}", kConfigKeys, Extensions::kAllowed};
constinit const Mapping<Config> kMetricsMapping = {
    "metrics", "metrics", "{counters: [{name: events_total, help: Events}]}", kMetricsKeys};
constinit const Mapping<Config> kTracingMapping = {"tracing", "tracing",
                                                   "{spans: [{ringbuf: events}]}", kTracingKeys};
constinit const Mapping<SpanSpec> kSpanMapping = {"span", "a span", "{ringbuf: events, name: exec}",
                                                  kSpanKeys};
constinit const Mapping<CgroupIdMapSpec> kCgroupIdMapMapping = {
    "cgroup_id_map", "cgroup_id_map", "{name: cgroups, regexps: [system.slice]}", kCgroupIdMapKeys};
constinit const Mapping<Config> kCompatMapping = {"compat", "compat", "{syscall_names: strace}",
                                                  kCompatKeys};

std::vector<std::string> CgroupMapTypeNames() { return {"hash", "cgrp_storage"}; }
std::vector<std::string> SyscallNameSources() { return {"kernel", "strace"}; }

}  // namespace bpf_exporter::config
