// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "config/parse.h"
#include "host/host.h"
#include "object/read_layout.h"
#include "support/paths.h"
#include "support/temporary_folder.h"
#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

constexpr const char* kYaml =
    "metrics:\n"
    "  counters:\n"
    "    - {name: a, help: A, map: ops, value: ops, labels: [device, op, comm, inbound, delta]}\n"
    "    - {name: b, help: B, map: flows, labels: [op, cpu]}\n"
    "    - {name: c, help: C, map: slots, labels: [slot]}\n"
    "    - {name: d, help: D, map: by_name, labels: [name]}\n"
    "    - {name: e, help: E, map: by_pid}\n"
    "  gauges:\n"
    "    - {name: f, help: F, map: ops, value: last.port, labels: [{name: p, field: peer.port}]}\n"
    "  histograms:\n"
    "    - {name: g, help: G, map: latency, labels: [op, bucket], bucket_type: exp2, bucket_max: "
    "9}\n"
    "    - {name: h, help: H, map: one, value: {buckets: slots, sum: sum}, bucket_type: exp2, "
    "bucket_max: 7}\n";

void ExpectInside(const ValueField& field, const object::MapLayout& map) {
  EXPECT_LE(std::uint64_t{field.offset} + field.width, map.value_size);
}

// Nothing that is read lies outside of what the map holds, whatever the BTF said.
void ExpectInside(const MetricPlan& metric, const object::MapLayout& map) {
  std::vector<LabelPlan> labels = metric.labels;
  if (metric.histogram.bucket) labels.push_back(*metric.histogram.bucket);
  for (const LabelPlan& label : labels) {
    const std::uint64_t end = std::uint64_t{label.offset} + label.size;
    EXPECT_LE(label.is_cpu ? 0 : end, map.key_size);
  }
  if (!metric.histogram.array) return ExpectInside(metric.value, map);
  ValueField last = *metric.histogram.array;
  last.offset += (metric.histogram.array_size - 1) * last.width;
  ExpectInside(last, map);
  ExpectInside(*metric.histogram.sum, map);
}

TEST(Resolve, NeverReadsOutsideOfAMapWhoseBtfIsCorrupt) {
  std::ostringstream good;
  good << std::ifstream(BuildPath("tests/programs/plan.bpf.o"), std::ios::binary).rdbuf();
  const TemporaryFolder folder;
  host::Host host;
  std::mt19937 random(4711);
  int resolved = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bytes = good.str();
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      bytes[64 + random() % (bytes.size() - 64)] = static_cast<char>(random());
    }
    Result<object::ObjectLayout> layout = object::ReadObjectLayout(folder.Write("x.bpf.o", bytes));
    if (!layout) continue;
    config::Diagnostics diagnostics("x.yaml", kYaml);
    std::optional<config::Config> config = config::ParseConfig("x", "x.yaml", kYaml, diagnostics);
    const std::optional<ConfigPlan> plan =
        Resolve(*config, *std::move(layout), {}, host, diagnostics);
    EXPECT_EQ(plan.has_value(), !diagnostics.has_errors());
    if (!plan) continue;
    ++resolved;
    for (const MapPlan& map : plan->maps) {
      for (const auto& metric : map.metrics) ExpectInside(*metric, map.layout);
    }
  }
  EXPECT_GT(resolved, 10);
}

}  // namespace
}  // namespace bpf_exporter::plan
