// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "host/host.h"
#include "plan/resolve.h"

namespace bpf_exporter::plan {

// What Resolve makes of a configuration and an object of tests/programs.
struct Resolved {
  std::unique_ptr<host::Host> host;  // what the plan's decoders need
  std::optional<ConfigPlan> plan;
  std::string messages;
};

inline const ResolveOptions kUsualOptions = {"ebpf_exporter_", 100'000, {}};

// `file` is the name that messages show.
Resolved ResolveYaml(const std::string& file, const std::string& yaml,
                     const ResolveOptions& options = kUsualOptions,
                     const std::string& object = "plan");

// The metric of objects whose programs count in the map `hits`.
inline constexpr const char* kHits =
    "metrics: {counters: [{name: hits, help: Hits, labels: [{name: slot, decoders: [{name: "
    "uint}]}]}]}\n";

// The same, of these entries of `probes:` and kHits, as "test.yaml".
Resolved ResolveProbes(const std::string& object, const std::string& probes);

// The same, of a layout in place of an object's.
Resolved ResolveYamlFor(object::ObjectLayout layout, const std::string& file,
                        const std::string& yaml, const ResolveOptions& options = kUsualOptions);

// What the object of tests/programs holds.
object::ObjectLayout LayoutOf(const std::string& object);

// The only metric of a configuration that must fit without a warning. `metric` is one in flow
// style, without its braces, name and help: "map: ops, value: ops, labels: [device]".
struct ResolvedMetricPlan {
  Resolved resolved;
  const MetricPlan& metric() const { return *resolved.plan->maps.at(0).metrics.at(0); }
  // The label of that name, which must be there.
  const LabelPlan& label(const std::string& name) const;
};
ResolvedMetricPlan ResolveMetricOf(const std::string& kind, const std::string& metric);

// The text that decoders make of an object's bytes.
std::string Shown(const LabelPlan& label, const void* bytes, std::size_t size);
template <typename T>
std::string Shown(const LabelPlan& label, const T& bytes) {
  return Shown(label, &bytes, sizeof(bytes));
}

}  // namespace bpf_exporter::plan
