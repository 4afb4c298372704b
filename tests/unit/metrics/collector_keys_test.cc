// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <stdexcept>
#include <thread>

#include "metrics/self_metrics.h"
#include "unit/metrics/fixture.h"

namespace bpf_exporter::metrics {
namespace {

TEST(CollectorKeys, CountsAKeyThatIsReadTwiceOnce) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {IdRow(1, 10), IdRow(2, 20), IdRow(1, 10), IdRow(3, 30), IdRow(2, 20)};
  Fixture fixture(SourceList(Source("a", map, 4, 8, {IdCounter()})));
  const std::string page =
      "# HELP ops_total Help\n# TYPE ops_total counter\n"
      "ops_total{id=\"1\"} 10\nops_total{id=\"2\"} 20\nops_total{id=\"3\"} 30\n";
  EXPECT_EQ(fixture.TakePage(), page);
  EXPECT_EQ(fixture.TakePage(), page);
  EXPECT_EQ(fixture.stats.maps.at(0).entries, 3u);
}

TEST(CollectorKeys, LeavesAGapWhereAMapCannotBeRead) {
  auto good = std::make_shared<FakeMap>();
  auto bad = std::make_shared<FakeMap>();
  good->rows = {IdRow(1, 10)};
  bad->rows = {IdRow(1, 1), IdRow(2, 2)};
  bad->rows_a_block = 1;
  auto other = IdCounter();
  other.family = "other_total";
  Fixture fixture(SourceList(Source("good", good, 4, 8, {IdCounter(), other}),
                             Source("bad", bad, 4, 8, {IdCounter()})));
  const std::string whole = fixture.TakePage();
  bad->fail_after = 1;
  EXPECT_EQ(fixture.TakePage(),
            "# HELP other_total Help\n# TYPE other_total counter\nother_total{id=\"1\"} 10\n");
  EXPECT_EQ(fixture.stats.maps.at(1).read_errors, 1u);
  bad->fail_after = ~std::size_t{0};
  EXPECT_EQ(fixture.TakePage(), whole);
  EXPECT_EQ(fixture.stats.maps.at(0).read_errors, 0u);
}

TEST(CollectorKeys, SkipsRowsThatCannotBeDecodedAndCountsThem) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {IdRow(1, 10), IdRow(2, 20), IdRow(3, 30)};
  auto metric = IdCounter();
  metric.labels = {Label("id", 0, 4, Scripted([](std::string_view in, std::string& out) {
                           out = in[0] == 2 ? "no such thing" : "x";
                           return in[0] == 1   ? decode::Decoded::kSkip
                                  : in[0] == 2 ? decode::Decoded::kError
                                               : decode::Decoded::kOk;
                         }))};
  Fixture fixture(SourceList(Source("a", map, 4, 8, {metric})));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(fixture.TakePage(),
              "# HELP ops_total Help\n# TYPE ops_total counter\nops_total{id=\"x\"} 30\n");
    EXPECT_EQ(fixture.stats.metrics.at(0).rows_skipped_regexp, 1u);
    EXPECT_EQ(fixture.stats.metrics.at(0).rows_decode_error, 1u);
  }
}

TEST(CollectorKeys, CountsTheSkippedRowsOfAllMetricsOfOneName) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {IdRow(1, 10), IdRow(2, 20), IdRow(3, 30)};
  const auto skipping_up_to = [](char most) {
    auto metric = IdCounter();
    metric.labels = {Label("id", 0, 4, Scripted([most](std::string_view in, std::string& out) {
                             out = "x";
                             return in[0] <= most ? decode::Decoded::kSkip : decode::Decoded::kOk;
                           }))};
    return metric;
  };
  Fixture fixture(SourceList(Source("a", map, 4, 8, {skipping_up_to(1), skipping_up_to(2)})));
  fixture.TakePage();
  ASSERT_EQ(fixture.stats.metrics.size(), 1u);
  EXPECT_EQ(fixture.stats.metrics[0].series, 1u);
  EXPECT_EQ(fixture.stats.metrics[0].rows_skipped_regexp, 3u);
}

TEST(CollectorKeys, CountsASharedSeriesForTheConfigurationThatMadeItFirst) {
  auto first = std::make_shared<FakeMap>();
  auto second = std::make_shared<FakeMap>();
  first->rows = {IdRow(1, 10), IdRow(2, 20)};
  second->rows = {IdRow(2, 5), IdRow(3, 7), IdRow(4, 8), IdRow(5, 9)};
  auto of_second = IdCounter();
  of_second.config = "second";
  Fixture fixture(
      SourceList(Source("a", first, 4, 8, {IdCounter()}), Source("b", second, 4, 8, {of_second})));
  const auto counted = [&] {
    std::map<std::string, std::uint64_t> series;
    for (const MetricStats& metric : fixture.stats.metrics) {
      series[std::string(metric.config)] = metric.series;
    }
    return series;
  };
  fixture.TakePage();
  using Counted = std::map<std::string, std::uint64_t>;
  EXPECT_EQ(counted(), (Counted{{IdCounter().config, 2}, {"second", 3}}));
  second->rows = {IdRow(3, 7)};
  fixture.TakePage();
  EXPECT_EQ(counted(), (Counted{{IdCounter().config, 2}, {"second", 1}}));
}

TEST(CollectorKeys, AsksAgainForProvisionalAnswers) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {IdRow(1, 10), IdRow(2, 20)};
  auto known = std::make_shared<bool>(false);
  int asked = 0;
  auto metric = IdCounter();
  metric.labels = {
      Label("id", 0, 4, Scripted([&asked, known](std::string_view in, std::string& out) {
              ++asked;
              out = *known ? std::string("eth") + static_cast<char>('0' + in[0]) : "unknown";
              return *known ? decode::Decoded::kOk : decode::Decoded::kProvisional;
            }))};
  Fixture fixture(SourceList(Source("a", map, 4, 8, {metric})));
  const std::string header = "# HELP ops_total Help\n# TYPE ops_total counter\n";
  EXPECT_EQ(fixture.TakePage(), header + "ops_total{id=\"unknown\"} 30\n");
  EXPECT_EQ(fixture.TakePage(), header + "ops_total{id=\"unknown\"} 30\n");
  *known = true;
  EXPECT_EQ(fixture.TakePage(), header + "ops_total{id=\"eth1\"} 10\nops_total{id=\"eth2\"} 20\n");
  asked = 0;
  EXPECT_EQ(fixture.TakePage(), header + "ops_total{id=\"eth1\"} 10\nops_total{id=\"eth2\"} 20\n");
  EXPECT_EQ(asked, 0) << "a final answer is kept";
}

TEST(CollectorKeys, AsksAtMostAThousandProvisionalAnswersAgain) {
  auto map = std::make_shared<FakeMap>();
  for (std::uint32_t id = 0; id < 2500; ++id) map->rows.push_back(IdRow(id, 1));
  auto metric = IdCounter();
  int asked = 0;
  metric.labels = {Label("id", 0, 4, Scripted([&asked](std::string_view, std::string& out) {
                           ++asked;
                           out = "unknown";
                           return decode::Decoded::kProvisional;
                         }))};
  Fixture fixture(SourceList(Source("a", map, 4, 8, {metric})));
  fixture.TakePage();
  EXPECT_EQ(asked, 2500);
  fixture.TakePage();
  EXPECT_EQ(asked, 3500);
}

TEST(CollectorKeys, LeavesOutSeriesOverTheLimitUntilThereIsRoom) {
  auto map = std::make_shared<FakeMap>();
  for (std::uint32_t id = 1; id <= 4; ++id) map->rows.push_back(IdRow(id, id));
  auto metric = IdCounter();
  metric.max_series = 2;
  Fixture fixture(SourceList(Source("a", map, 4, 8, {metric})));
  const std::string header = "# HELP ops_total Help\n# TYPE ops_total counter\n";
  EXPECT_EQ(fixture.TakePage(), header + "ops_total{id=\"1\"} 1\nops_total{id=\"2\"} 2\n");
  EXPECT_EQ(fixture.stats.metrics.at(0).series, 2u);
  EXPECT_EQ(fixture.stats.metrics.at(0).series_over_limit, 2u);
  map->rows.erase(map->rows.begin());
  EXPECT_EQ(fixture.TakePage(), header + "ops_total{id=\"2\"} 2\n");
  EXPECT_EQ(fixture.TakePage(), header + "ops_total{id=\"2\"} 2\nops_total{id=\"3\"} 3\n");
  EXPECT_EQ(fixture.stats.metrics.at(0).series_over_limit, 1u);
}

TEST(CollectorKeys, TakesOnlyTheZeroKeyWhereAMetricHasNoLabels) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {IdRow(7, 1), IdRow(0, 5)};
  auto metric = Metric(config::MetricKind::kCounter, "ops_total", {});
  metric.zero_key_only = true;
  Fixture fixture(SourceList(Source("a", map, 4, 8, {metric})));
  EXPECT_EQ(fixture.TakePage(), "# HELP ops_total Help\n# TYPE ops_total counter\nops_total 5\n");
  EXPECT_EQ(fixture.stats.metrics.at(0).rows_decode_error, 1u);
}

// A buffer's map says 4 and 4; the rows are as long as the plan has the records.
TEST(CollectorKeys, TakesRecordsOfBuffersByTheirSize) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {{Bytes(std::uint32_t{1}) + "abcd", Bytes(std::uint64_t{3})},
               {Bytes(std::uint32_t{1}) + "abce", Bytes(std::uint64_t{4})}};
  auto metric = Metric(config::MetricKind::kCounter, "events_total",
                       {Label("id", 0, 4, UintDecoder()), Label("t", 4, 3, TextDecoder())});
  MapToRead source = Source("events", map, 4, 4, {metric});
  source.plan.events = plan::EventsPlan{.record_size = 8};
  Fixture fixture(SourceList(std::move(source)));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(fixture.TakePage(),
              "# HELP events_total Help\n# TYPE events_total counter\n"
              "events_total{id=\"1\",t=\"abc\"} 7\n");
  }
  map->rows.clear();
  EXPECT_EQ(fixture.TakePage(), "");
}

// With keys that come and go at the limit: never more series than allowed, each with its value, and
// the rest counted.
TEST(CollectorKeys, StaysWithinTheLimitWhileKeysComeAndGo) {
  auto map = std::make_shared<FakeMap>();
  auto metric = IdCounter();
  metric.max_series = 50;
  Fixture fixture(SourceList(Source("a", map, 4, 8, {metric})));
  std::mt19937 random(1);
  std::size_t full = 0;
  for (int round = 0; round < 300; ++round) {
    map->rows.clear();
    std::map<std::string, std::uint64_t> expected;
    const std::uint32_t one_in = 1 + random() % 8;
    for (std::uint32_t id = 0; id < 200; ++id) {
      if (random() % one_in != 0) continue;
      const std::uint64_t value = random() % 1000;
      map->rows.push_back(IdRow(id, value));
      expected["id=\"" + std::to_string(id) + "\""] = value;
    }
    const auto snapshot = fixture.collector.Take();
    std::size_t series = 0;
    snapshot->families.at(0).ForEachSample([&](const Sample& sample) {
      ASSERT_EQ(sample.value().AsUnsigned(), expected.at(std::string(sample.labels().text())));
      ++series;
    });
    ASSERT_LE(series, 50u);
    ASSERT_EQ(series + fixture.stats.metrics.at(0).series_over_limit, expected.size());
    full += series == 50;
  }
  EXPECT_GT(full, 20u);
}

class FailingFigures : public FigureSource {
 public:
  explicit FailingFigures(const bool& fail) : fail_(fail) {}
  void Report(SelfMetrics&) override {
    if (fail_) throw std::runtime_error("no memory");
  }

 private:
  const bool& fail_;
};

TEST(CollectorKeys, ServesTheLastSnapshotOnWhenOneFails) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {IdRow(1, 1)};
  bool fail = false;
  SelfMetrics self("", {}, {});
  std::vector<std::unique_ptr<FigureSource>> figures;
  figures.push_back(std::make_unique<FailingFigures>(fail));
  Collector collector(SourceList(Source("a", map, 4, 8, {IdCounter()})), &self, std::move(figures));
  const auto first = collector.Take();
  fail = true;
  EXPECT_EQ(collector.Take(), first);
  fail = false;
  EXPECT_EQ(collector.Take()->number, first->number + 2);
}

TEST(CollectorKeys, NumbersSnapshotsAndKeepsOldOnesWhole) {
  auto map = std::make_shared<FakeMap>();
  for (std::uint32_t id = 0; id < 5000; ++id) map->rows.push_back(IdRow(id, 1));
  Fixture fixture(SourceList(Source("a", map, 4, 8, {IdCounter()})));
  EXPECT_EQ(fixture.collector.Latest(), nullptr);
  const auto first = fixture.collector.Take();
  EXPECT_EQ(fixture.collector.Latest(), first);
  const std::string page = PageOf(*first);
  map->rows.clear();
  for (int i = 0; i < 3; ++i) fixture.collector.Take();
  map->rows = {IdRow(70000, 2)};
  const auto last = fixture.collector.Take();
  EXPECT_EQ(PageOf(*first), page) << "renumbering the series must not touch it";
  EXPECT_EQ(last->number, first->number + 4);
  EXPECT_EQ(PageOf(*last),
            "# HELP ops_total Help\n# TYPE ops_total counter\nops_total{id=\"70000\"} 2\n");
  EXPECT_EQ(fixture.stats.snapshots, 5u);
}

TEST(CollectorKeys, SharesOneSnapshotBetweenCallsThatOverlap) {
  auto map = std::make_shared<FakeMap>();
  for (std::uint32_t id = 0; id < 20000; ++id) map->rows.push_back(IdRow(id, 1));
  Fixture fixture(SourceList(Source("a", map, 4, 8, {IdCounter()})));
  const std::uint64_t before = fixture.collector.Take()->number;
  constexpr int kThreads = 4;
  constexpr int kTakes = 25;
  std::atomic<bool> wrong = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      std::uint64_t last = 0;
      for (int take = 0; take < kTakes; ++take) {
        const auto snapshot = fixture.collector.Take();
        const auto latest = fixture.collector.Latest();
        if (snapshot->number <= last || latest->number < snapshot->number) wrong = true;
        if (snapshot->families.at(0).series != 20000) wrong = true;
        last = snapshot->number;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(wrong);
  EXPECT_LE(fixture.collector.Latest()->number - before, kThreads * kTakes);
}

// A section whose row is an array of three pairs of 8 bytes behind 4 bytes of something else.
struct Section {
  std::shared_ptr<FakeMap> map = std::make_shared<FakeMap>();
  plan::ElementsPlan pairs{"pairs", 4, 16, 3};

  explicit Section(bool mapped) {
    map->is_array = mapped;  // else it is read by look-ups, with its key
    Hold(7, {1, 10, 2, 20, 3, 30});
  }
  void Hold(std::uint32_t before, const std::vector<std::uint64_t>& numbers) {
    std::string value = Bytes(before);
    for (const std::uint64_t number : numbers) value += Bytes(number);
    map->rows = {{Bytes(std::uint32_t{0}), value}};
  }
  // A counter of the second of each pair.
  plan::MetricPlan Second(std::vector<plan::LabelPlan> labels) const {
    auto metric = Metric(config::MetricKind::kCounter, "seconds_total", std::move(labels));
    metric.elements = pairs;
    metric.value.offset = 8;
    return metric;
  }
};

TEST(CollectorKeys, AreTheIndicesOfAVariableSElements) {
  for (const bool mapped : {true, false}) {
    Section section(mapped);
    auto before = Metric(config::MetricKind::kGauge, "before", {});
    before.value.width = 4;
    Fixture fixture(
        SourceList(Source(".bss", section.map, 4, 52,
                          {section.Second({Label("index", 0, 4, UintDecoder())}), before})));
    EXPECT_EQ(fixture.TakePage(),
              "# HELP before Help\n# TYPE before gauge\nbefore 7\n"
              "# HELP seconds_total Help\n# TYPE seconds_total counter\n"
              "seconds_total{index=\"0\"} 10\nseconds_total{index=\"1\"} 20\n"
              "seconds_total{index=\"2\"} 30\n");
    section.Hold(8, {1, 11, 2, 20, 3, 33});
    EXPECT_EQ(fixture.TakePage(),
              "# HELP before Help\n# TYPE before gauge\nbefore 8\n"
              "# HELP seconds_total Help\n# TYPE seconds_total counter\n"
              "seconds_total{index=\"0\"} 11\nseconds_total{index=\"1\"} 20\n"
              "seconds_total{index=\"2\"} 33\n");
    EXPECT_EQ(fixture.stats.maps.at(0).entries, 1u);
  }
}

TEST(CollectorKeys, OfElementsAreSummedWhereNoLabelTellsThemApart) {
  Section section(true);
  Fixture fixture(SourceList(Source(".bss", section.map, 4, 52, {section.Second({})})));
  EXPECT_EQ(fixture.TakePage(),
            "# HELP seconds_total Help\n# TYPE seconds_total counter\nseconds_total 60\n");
}

TEST(CollectorKeys, OfElementsAreAskedForAgainByTheirIndex) {
  Section section(false);
  bool known = false;
  const auto decoder = Scripted([&](std::string_view in, std::string& out) {
    out = (known ? "known" : "unknown") + std::to_string(static_cast<int>(in[0]));
    return known ? decode::Decoded::kOk : decode::Decoded::kProvisional;
  });
  Fixture fixture(SourceList(
      Source(".bss", section.map, 4, 52, {section.Second({Label("i", 0, 4, decoder)})})));
  fixture.TakePage();
  known = true;
  const std::string page = fixture.TakePage();
  for (const char* series : {"{i=\"known0\"} 10\n", "{i=\"known1\"} 20\n", "{i=\"known2\"} 30\n"}) {
    EXPECT_NE(page.find(series), std::string::npos) << page;
  }
  EXPECT_EQ(page.find("unknown"), std::string::npos) << page;
}

}  // namespace
}  // namespace bpf_exporter::metrics
