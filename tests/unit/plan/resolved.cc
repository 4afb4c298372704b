// SPDX-License-Identifier: Apache-2.0
#include "unit/plan/resolved.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "config/parse.h"
#include "host/host.h"
#include "object/read_layout.h"
#include "support/paths.h"

namespace bpf_exporter::plan {

object::ObjectLayout LayoutOf(const std::string& object) {
  Result<object::ObjectLayout> layout =
      object::ReadObjectLayout(BuildPath("tests/programs/" + object + ".bpf.o"));
  if (!layout.ok()) throw std::runtime_error(layout.error().Message());
  return *std::move(layout);
}

Resolved ResolveYaml(const std::string& file, const std::string& yaml,
                     const ResolveOptions& options, const std::string& object) {
  return ResolveYamlFor(LayoutOf(object), file, yaml, options);
}

Resolved ResolveProbes(const std::string& object, const std::string& probes) {
  return ResolveYaml("test.yaml", std::string("probes:\n") + probes + kHits, {}, object);
}

Resolved ResolveYamlFor(object::ObjectLayout layout, const std::string& file,
                        const std::string& yaml, const ResolveOptions& options) {
  Resolved resolved;
  resolved.host = std::make_unique<host::Host>();
  config::Diagnostics diagnostics(file, yaml);
  if (std::optional<config::Config> config = config::ParseConfig("test", file, yaml, diagnostics)) {
    resolved.plan = Resolve(*config, std::move(layout), options, *resolved.host, diagnostics);
  }
  resolved.messages = diagnostics.Render();
  return resolved;
}

ResolvedMetricPlan ResolveMetricOf(const std::string& kind, const std::string& metric) {
  const std::string yaml =
      "metrics: {" + kind + ": [{name: metric, help: Help, " + metric + "}]}\n";
  ResolvedMetricPlan made{ResolveYaml("test.yaml", yaml)};
  EXPECT_EQ(made.resolved.messages, "");
  return made;
}

const LabelPlan& ResolvedMetricPlan::label(const std::string& name) const {
  const auto& labels = metric().labels;
  const auto found = std::find_if(labels.begin(), labels.end(),
                                  [&](const LabelPlan& label) { return label.name == name; });
  if (found == labels.end()) throw std::out_of_range("no label " + name);
  return *found;
}

std::string Shown(const LabelPlan& label, const void* bytes, std::size_t size) {
  std::string text(static_cast<const char*>(bytes), size);
  std::string scratch;
  EXPECT_EQ(Decode(label.decoders, text, scratch), decode::Decoded::kOk) << text;
  return text;
}

}  // namespace bpf_exporter::plan
