// SPDX-License-Identifier: Apache-2.0
#include "metrics/self_metrics.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

#include "metrics/process.h"
#include "support/paths.h"
#include "support/temporary_folder.h"
#include "unit/metrics/page_of.h"

namespace bpf_exporter::metrics {
namespace {

std::vector<ConfigStatus> Configs() {
  ConfigStatus good{.name = "runqlat", .up = true};
  good.programs = {
      {.name = "wakeup", .section = "tp_btf/x", .attached = true, .id = 17, .tag = "00ff"},
      {.name = "extra", .section = "kprobe/x", .needed = false, .problem = "no kprobes"}};
  good.restarts = 2;
  ConfigStatus bad{.name = "broken", .problem = "no such map"};
  bad.programs = {{.name = "extra", .section = "kprobe/x"}, {.name = "more", .section = "xdp"}};
  return {good, bad};
}

CollectorStats Stats() {
  CollectorStats stats;
  stats.snapshots = 3;
  stats.last_duration = std::chrono::microseconds(1500);
  stats.last_time = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  stats.maps = {{.config = "runqlat",
                 .map = "latency",
                 .type = "hash",
                 .entries = 5,
                 .max_entries = 64,
                 .read_errors = 2}};
  stats.metrics = {{.config = "runqlat",
                    .metric = "ebpf_exporter_runqlat_seconds",
                    .series = 4,
                    .series_over_limit = 1,
                    .saturated = 9,
                    .rows_skipped_regexp = 6,
                    .rows_decode_error = 7,
                    .rows_out_of_range = 8},
                   {.config = "runqlat", .metric = "ebpf_exporter_other", .rows_decode_error = 2}};
  return stats;
}

// The page without the families whose values are this process's own.
std::string Text(SelfMetrics& metrics) {
  Snapshot snapshot;
  snapshot.own = metrics.Snapshot();
  std::erase_if(snapshot.own, [](const FamilySnapshot& family) {
    return family.name().starts_with("process_") || family.name().ends_with("build_info");
  });
  return PageOf(snapshot);
}

void ReportKernel(SelfMetrics& metrics, double bytes, double lost) {
  metrics.Set(kSnapshotInterval, {}, 5);
  metrics.Set(kMapMemory, {"runqlat", "latency"}, bytes);
  metrics.Set(kCgroupReportsLost, {}, lost);
  metrics.Set(kEventsLost, {"runqlat", "events", "buffer_full"}, lost);
  metrics.Set(kEventsLost, {"runqlat", "events", "too_short"}, lost > 0 ? lost + 1 : 0);
  metrics.Set(kEventsLost, {"runqlat", "events", "over_limit"}, lost > 0 ? lost + 2 : 0);
}

std::string FileText(const std::string& name) {
  std::ifstream file(SourcePath("tests/unit/metrics/" + name));
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
  metrics.Report(stats);
  ReportKernel(metrics, 0, 0);
  EXPECT_EQ(Text(metrics), FileText("self_metrics_first.txt"));
}

TEST(SelfMetricsTest, ShowsWhatHappened) {
  SelfMetrics metrics("p_", Configs(), {"/metrics"});
  CollectorStats stats = Stats();
  metrics.Report(stats);
  stats.last_time += std::chrono::milliseconds(5250);
  metrics.Report(stats);
  ReportKernel(metrics, 4096, 9);
  metrics.Set(kProgramRunTime, {"17"}, 2.5);
  metrics.Set(kProgramRunCount, {"17"}, 12);
  metrics.Increment(kHttpRequests, {"/metrics", "200"});
  metrics.Increment(kHttpRequests, {"/metrics", "200"});
  metrics.Increment(kHttpRequests, {"other", "400"});
  metrics.Set(kPageBytes, {"gzip"}, 77);
  EXPECT_EQ(Text(metrics), FileText("self_metrics_later.txt"));
}

// The lines of the family on the page of a configuration with this program.
std::string AttachedLines(const ProgramStatus& program) {
  ConfigStatus config{.name = "c", .up = true};
  config.programs = {program};
  SelfMetrics metrics("", {config}, {});
  std::string lines;
  std::istringstream page(Text(metrics));
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("ebpf_program_attached") || line.starts_with("programs_missed")) {
      lines += line + "\n";
    }
  }
  return lines;
}

// The lines of the family on the page of a configuration with these programs.
std::string AlternativeLines(const std::vector<ProgramStatus>& programs) {
  ConfigStatus config{.name = "c", .up = true};
  config.programs = programs;
  config.either_of = {{{"a", "b+c"}, 1}, {{"d", "e"}, 2}};
  SelfMetrics metrics("", {config}, {});
  std::string lines;
  std::istringstream page(Text(metrics));
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("program_alternative_used")) lines += line + "\n";
  }
  return lines;
}

std::string AlternativesWith(int second) {
  return fmt::format(
      "program_alternative_used{{alternative=\"a\",config=\"c\",group=\"a|b+c\"}} 0\n"
      "program_alternative_used{{alternative=\"b+c\",config=\"c\",group=\"a|b+c\"}} {}\n"
      "program_alternative_used{{alternative=\"d\",config=\"c\",group=\"d|e\"}} 0\n"
      "program_alternative_used{{alternative=\"e\",config=\"c\",group=\"d|e\"}} 0\n",
      second);
}

TEST(SelfMetricsTest, TellsWhichAlternativeIsUsed) {
  const ProgramStatus left_out{.name = "a", .needed = false, .problem = "left out"};
  const ProgramStatus b{.name = "b", .attached = true}, c{.name = "c", .attached = true};
  const ProgramStatus missed{.name = "c"};
  const ProgramStatus unneeded_b{.name = "b", .needed = false},
      unneeded_c{.name = "c", .needed = false};
  EXPECT_EQ(AlternativeLines({left_out, b, c}), AlternativesWith(1));
  EXPECT_EQ(AlternativeLines({left_out, b, missed}), AlternativesWith(0));
  EXPECT_EQ(AlternativeLines({left_out, b, unneeded_c}), AlternativesWith(1));
  EXPECT_EQ(AlternativeLines({left_out, unneeded_b, unneeded_c}), AlternativesWith(0));
}

TEST(SelfMetricsTest, NamesThePlacesOfAProgramThatHasSeveral) {
  ProgramStatus program{.name = "p", .section = "xdp", .attached = true, .id = 18};
  EXPECT_EQ(AttachedLines(program),
            "ebpf_program_attached{id=\"18\"} 1\nprograms_missed{config=\"c\"} 0\n");
  program.places = {{.name = "xdp eth0", .attached = true},
                    {.name = "xdp eth1", .needed = false, .problem = "busy"},
                    {.name = "xdp veth*", .waiting = true, .problem = "none matches"}};
  EXPECT_EQ(AttachedLines(program),
            "ebpf_program_attached{id=\"18\",place=\"xdp eth0\"} 1\n"
            "ebpf_program_attached{id=\"18\",place=\"xdp eth1\"} 0\n"
            "ebpf_program_attached{id=\"18\",place=\"xdp veth*\"} 0\n"
            "programs_missed{config=\"c\"} 0\n");
  program.places[1].needed = true;
  EXPECT_NE(AttachedLines(program).find("programs_missed{config=\"c\"} 1\n"), std::string::npos);
}

TEST(SelfMetricsTest, GivesEveryProgramAnIdOfItsOwn) {
  SelfMetrics metrics("", Configs(), {});
  for (const FamilySnapshot& family : metrics.Snapshot()) {
    if (family.name() != "ebpf_program_attached" && family.name() != "ebpf_program_info") continue;
    std::set<std::string> ids;
    family.ForEachSample([&](const Sample& sample) {
      const std::string labels(sample.labels().text());
      const std::size_t start = labels.find("id=\"");
      const std::string id = labels.substr(start, labels.find('"', start + 4) - start);
      EXPECT_TRUE(ids.insert(id).second) << id;
    });
    EXPECT_EQ(ids.size(), 4u) << family.name();
  }
}

TEST(SelfMetricsTest, HasEveryFamilyOfTheTableSortedByName) {
  SelfMetrics metrics("x_", Configs(), {"/metrics"});
  metrics.Report(Stats());
  ReportKernel(metrics, 1, 1);
  metrics.Set(kProgramRunTime, {"17"}, 1);
  metrics.Set(kProgramRunCount, {"17"}, 1);
  metrics.Set(kAlternativeUsed, {"a", "x, y", "x"}, 1);
  ProcessFigures().Report(metrics);
  std::vector<std::string> names;
  for (const FamilySnapshot& family : metrics.Snapshot()) names.emplace_back(family.name());
  std::set<std::string> expected;
  for (const SelfMetric* metric : kSelfMetrics) {
    const std::string name(metric->name);
    expected.insert(name.starts_with("process_") ? name : "x_" + name);
  }
  EXPECT_EQ(names, std::vector<std::string>(expected.begin(), expected.end()));
}

TEST(SelfMetricsTest, SetsNoMetricThatIsNotInTheTable) {
  SelfMetrics metrics("", {}, {});
  EXPECT_THROW(metrics.Set(SelfGauge("new", "", "Not in the table"), {}, 1), std::logic_error);
}

TEST(ProcessStatsTest, AgreesWithTheKernel) {
  const ProcessStats before = ReadProcessStats();
  EXPECT_GE(before.threads, 1);
  EXPECT_GT(before.resident_bytes, 1 << 20);
  EXPECT_GT(before.virtual_bytes, before.resident_bytes);
  std::vector<std::ifstream> files(10);
  for (std::ifstream& file : files) file.open("/proc/self/stat");
  EXPECT_EQ(ReadProcessStats().open_fds, *before.open_fds + 10);
  const double now = static_cast<double>(std::time(nullptr));
  EXPECT_GT(ReadStartTime(), now - 600);
  EXPECT_LE(ReadStartTime(), now + 1);
}

TEST(ProcessStatsTest, HasTheBytesOfTheNetwork) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path("self/net"));
  folder.Write("self/net/netstat",
               "TcpExt: SyncookiesSent InOctets\nTcpExt: 1 2\n"
               "IpExt: InNoRoutes InOctets OutOctets InMcastOctets\nIpExt: 3 4096 8192 7\n");
  const ProcessStats stats = ReadProcessStats(folder.path());
  EXPECT_EQ(stats.network_received_bytes, 4096);
  EXPECT_EQ(stats.network_sent_bytes, 8192);
  EXPECT_EQ(stats.open_fds, std::nullopt);
}

TEST(ProcessStatsTest, HasNoNumberWhereThereIsNothingToRead) {
  const ProcessStats stats = ReadProcessStats("/nonexistent");
  EXPECT_EQ(stats.cpu_seconds, std::nullopt);
  EXPECT_EQ(stats.open_fds, std::nullopt);
  EXPECT_EQ(stats.threads, std::nullopt);
  EXPECT_EQ(stats.network_sent_bytes, std::nullopt);
  EXPECT_EQ(ReadStartTime("/nonexistent"), 0);
}

}  // namespace
}  // namespace bpf_exporter::metrics
