// SPDX-License-Identifier: Apache-2.0
#include "metrics/self_metrics.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <fstream>
#include <set>
#include <sstream>

#include "metrics/process.h"
#include "metrics/self_metric_table.h"

namespace bpf_exporter::metrics {
namespace {

std::vector<ConfigStatus> Configs() {
  ConfigStatus good{.name = "runqlat", .up = true};
  good.programs = {
      {.name = "wakeup", .section = "tp_btf/x", .attached = true, .id = 17, .tag = "00ff"},
      {.name = "extra", .section = "kprobe/x", .needed = false, .problem = "no kprobes"}};
  ConfigStatus bad{.name = "broken", .problem = "no such map"};
  bad.programs = {{.name = "extra", .section = "kprobe/x"}, {.name = "more", .section = "xdp"}};
  return {good, bad};
}

CollectorStats Stats() {
  CollectorStats stats;
  stats.snapshots = 3;
  stats.last_duration = std::chrono::microseconds(1500);
  stats.last_time = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  stats.maps = {
      {.config = "runqlat", .map = "latency", .entries = 5, .max_entries = 64, .read_errors = 2}};
  stats.metrics = {{.config = "runqlat",
                    .metric = "ebpf_exporter_runqlat_seconds",
                    .series = 4,
                    .series_over_limit = 1,
                    .rows_skipped_regexp = 6,
                    .rows_decode_error = 7,
                    .rows_out_of_range = 8},
                   {.config = "runqlat", .metric = "ebpf_exporter_other", .rows_decode_error = 2}};
  return stats;
}

// The page without the families whose values are this process's own.
std::string Text(const std::vector<prometheus::MetricFamily>& families) {
  std::vector<prometheus::MetricFamily> kept;
  for (const auto& family : families) {
    const bool ours = family.name.starts_with("process_") || family.name.ends_with("build_info");
    if (!ours) kept.push_back(family);
  }
  return prometheus::TextSerializer().Serialize(kept);
}

std::string FileText(const std::string& name) {
  std::ifstream file(std::string(SOURCE_DIR "/tests/data/metrics/") + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(SelfMetricsTest, ShowsEverySeriesAtZeroFromTheFirstPage) {
  SelfMetrics metrics("ebpf_exporter_", Configs(), {"/metrics", "/"});
  CollectorStats stats = Stats();
  stats.snapshots = 1;
  stats.maps[0].entries = stats.maps[0].read_errors = 0;
  for (MetricStats& metric : stats.metrics) {
    metric = {.config = metric.config, .metric = metric.metric};
  }
  KernelStats kernel;
  kernel.memory = {{"runqlat", "latency", 0}};
  kernel.losses = {{"runqlat", "events"}};
  EXPECT_EQ(Text(metrics.Collect(stats, kernel)), FileText("self_metrics_first.txt"));
}

TEST(SelfMetricsTest, ShowsWhatHappened) {
  SelfMetrics metrics("p_", Configs(), {"/metrics"});
  CollectorStats stats = Stats();
  static_cast<void>(metrics.Collect(stats, {}));
  stats.last_time += std::chrono::milliseconds(5250);
  KernelStats kernel;
  kernel.memory = {{"runqlat", "latency", 4096}};
  kernel.losses = {{"runqlat", "events", 9, 10, 11}};
  kernel.runs = {{17, 2'500'000'000, 12}};
  metrics.CountRequest("/metrics", 200);
  metrics.CountRequest("/metrics", 200);
  metrics.CountRequest("other", 400);
  metrics.SetPageBytes("gzip", 77);
  EXPECT_EQ(Text(metrics.Collect(stats, kernel)), FileText("self_metrics_later.txt"));
}

TEST(SelfMetricsTest, GivesEveryProgramAnIdOfItsOwn) {
  SelfMetrics metrics("", Configs(), {});
  for (const auto& family : metrics.Collect(Stats(), {})) {
    if (family.name != "ebpf_program_attached" && family.name != "ebpf_program_info") continue;
    std::set<std::string> ids;
    for (const auto& metric : family.metric) {
      for (const auto& label : metric.label) {
        if (label.name != "id") continue;
        EXPECT_TRUE(ids.insert(label.value).second) << label.value;
      }
    }
    EXPECT_EQ(ids.size(), 4u) << family.name;
  }
}

TEST(SelfMetricsTest, HasEveryFamilyOfTheTableSortedByName) {
  SelfMetrics metrics("x_", Configs(), {"/metrics"});
  KernelStats kernel;
  kernel.memory = {{"runqlat", "latency", 1}};
  kernel.losses = {{"runqlat", "events"}};
  kernel.runs = {{17, 1, 1}};
  std::vector<std::string> names;
  for (const auto& family : metrics.Collect(Stats(), kernel)) names.push_back(family.name);
  std::set<std::string> expected;
  for (const SelfMetric& metric : SelfMetricTable()) {
    const std::string name(metric.name);
    expected.insert(name.starts_with("process_") ? name : "x_" + name);
  }
  EXPECT_EQ(names, std::vector<std::string>(expected.begin(), expected.end()));
}

TEST(ProcessStatsTest, AgreesWithTheKernel) {
  const ProcessStats before = ReadProcessStats();
  EXPECT_GE(before.threads, 1);
  EXPECT_GT(before.resident_bytes, 1 << 20);
  EXPECT_GT(before.virtual_bytes, before.resident_bytes);
  std::vector<std::ifstream> files(10);
  for (std::ifstream& file : files) file.open("/proc/self/stat");
  EXPECT_EQ(ReadProcessStats().open_fds, before.open_fds + 10);
  const double now = static_cast<double>(std::time(nullptr));
  EXPECT_GT(ReadStartTime(), now - 600);
  EXPECT_LE(ReadStartTime(), now + 1);
}

TEST(ProcessStatsTest, IsZeroWhereThereIsNothingToRead) {
  const ProcessStats stats = ReadProcessStats("/nonexistent");
  EXPECT_EQ(stats.cpu_seconds, 0);
  EXPECT_EQ(stats.open_fds, 0);
  EXPECT_EQ(stats.threads, 0);
  EXPECT_EQ(ReadStartTime("/nonexistent"), 0);
}

}  // namespace
}  // namespace bpf_exporter::metrics
