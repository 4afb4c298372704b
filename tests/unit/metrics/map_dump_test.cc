// SPDX-License-Identifier: Apache-2.0
#include "metrics/map_dump.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "unit/metrics/fixture.h"

namespace bpf_exporter::metrics {
namespace {

constexpr const char* kHead =
    "What the maps hold now, apart from the newest snapshot. Numbers are raw: multipliers are not\n"
    "applied, the sums of per-CPU values show each CPU's in their order.\n";

std::string Dump(Fixture& fixture, const DumpLimits& limits = {}) {
  return DumpMaps(fixture.collector, {{.name = "test", .up = true}}, limits);
}

MapToRead OfType(bpf_map_type type, MapToRead source) {
  source.plan.layout.type = type;
  return source;
}

TEST(MapDump, ShowsRawKeysLabelsAndValuesForEveryMetricOfAMap) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {
      {Bytes(std::uint32_t{258}) + Padded("a\"b", 4),
       Bytes(std::uint64_t{7}) + Bytes(std::int32_t{-5})},
      {Bytes(std::uint32_t{3}) + Padded("x", 4), Bytes(std::uint64_t{0}) + Bytes(std::int32_t{2})}};
  auto ops = Metric(config::MetricKind::kCounter, "ops_total",
                    {Label("id", 0, 4, UintDecoder()), Label("name", 4, 4, TextDecoder())});
  ops.skip_zero = true;
  auto level = Metric(config::MetricKind::kGauge, "level", {Label("name", 4, 4, TextDecoder())});
  level.value = {8, 4, true};
  Fixture fixture(SourceList(OfType(BPF_MAP_TYPE_HASH, Source("ops", map, 8, 12, {ops, level}))));
  EXPECT_EQ(Dump(fixture), std::string(kHead) +
                               "\nconfig 'test': map 'ops' (hash): 2 rows\n"
                               "key 0201000061226200\n"
                               "  ops_total{id=\"258\",name=\"a\\\"b\"} 7\n"
                               "  level{name=\"a\\\"b\"} -5\n"
                               "key 0300000078000000\n"
                               "  ops_total{id=\"3\",name=\"x\"} 0, no series: skip_zero\n"
                               "  level{name=\"x\"} 2\n");
}

TEST(MapDump, ShowsTheValueOfEachCpu) {
  auto map = std::make_shared<FakeMap>();
  map->is_array = true;
  map->cpus = 2;
  for (std::uint32_t row = 0; row < 2; ++row) {  // values of 4 bytes are 8 bytes apart
    map->rows.push_back({"", Padded(Bytes(10 * row + 1), 8) + Padded(Bytes(10 * row + 2), 8)});
  }
  auto total = IdCounter();
  total.value.width = 4;
  auto each = Metric(config::MetricKind::kCounter, "cpu_total",
                     {CpuLabel(), Label("id", 0, 4, UintDecoder())});
  each.value.width = 4;
  Fixture fixture(
      SourceList(OfType(BPF_MAP_TYPE_PERCPU_ARRAY, Source("a", map, 4, 4, {total, each}))));
  EXPECT_EQ(Dump(fixture), std::string(kHead) +
                               "\nconfig 'test': map 'a' (percpu_array): 2 rows\n"
                               "key 00000000\n"
                               "  ops_total{id=\"0\"} 3 = 1 + 2\n"
                               "  cpu_total{cpu=\"0\",id=\"0\"} 1\n"
                               "  cpu_total{cpu=\"1\",id=\"0\"} 2\n"
                               "key 01000000\n"
                               "  ops_total{id=\"1\"} 23 = 11 + 12\n"
                               "  cpu_total{cpu=\"0\",id=\"1\"} 11\n"
                               "  cpu_total{cpu=\"1\",id=\"1\"} 12\n");
}

TEST(MapDump, ShowsTheElementsOfAVariableUpToItsLimit) {
  auto map = std::make_shared<FakeMap>();
  map->is_array = true;
  std::string value = Bytes(std::uint64_t{5});
  for (std::uint64_t element = 0; element < 3; ++element) value += Bytes(100 + element);
  map->rows = {{"", value}};
  auto hits = Metric(config::MetricKind::kCounter, "hits_total", {});
  auto each = Metric(config::MetricKind::kCounter, "each_total", {Label("i", 0, 4, UintDecoder())});
  each.elements = plan::ElementsPlan{"each", 8, 8, 3};
  Fixture fixture(SourceList(OfType(BPF_MAP_TYPE_ARRAY, Source(".bss", map, 4, 32, {hits, each}))));
  const std::string start = std::string(kHead) +
                            "\nconfig 'test': map '.bss' (array): 1 row\n"
                            "key 00000000\n"
                            "  hits_total 5\n"
                            "  each_total{i=\"0\"} 100\n";
  EXPECT_EQ(Dump(fixture), start + "  each_total{i=\"1\"} 101\n  each_total{i=\"2\"} 102\n");
  DumpLimits limits;
  limits.text = start.size() - 1;
  EXPECT_EQ(Dump(fixture, limits), start + "  2 more of 'each'\n");
}

TEST(MapDump, ShowsTheBucketsOfHistograms) {
  auto keyed = Metric(config::MetricKind::kHistogram, "keyed", {Label("op", 4, 1, TextDecoder())});
  keyed.histogram.numbers = {1, 2};
  keyed.histogram.bounds = {2, 4};
  keyed.histogram.sum_number = 9;
  keyed.histogram.bucket = Label("bucket", 0, 4, UintDecoder());
  auto keyed_map = std::make_shared<FakeMap>();
  for (const std::uint32_t bucket : {2, 9, 5}) {
    keyed_map->rows.push_back({Bytes(bucket) + "r", Bytes(std::uint64_t{bucket} * 10)});
  }

  auto whole = Metric(config::MetricKind::kHistogram, "whole", {});
  whole.histogram.numbers = {0, 1};
  whole.histogram.bounds = {1, 2};
  whole.histogram.array = plan::ValueField{0, 4, false};
  whole.histogram.array_size = 3;
  whole.histogram.sum = plan::ValueField{16, 8, false};
  auto whole_map = std::make_shared<FakeMap>();
  whole_map->is_array = true;
  whole_map->cpus = 2;
  const auto value = [](std::uint32_t first, std::uint64_t sum) {
    return Bytes(first) + Bytes(first + 1) + Bytes(0u) + Bytes(0u) + Bytes(sum);
  };
  whole_map->rows = {{"", value(1, 100) + value(3, 50)}};

  Fixture fixture(
      SourceList(OfType(BPF_MAP_TYPE_HASH, Source("k", keyed_map, 5, 8, {keyed})),
                 OfType(BPF_MAP_TYPE_PERCPU_ARRAY, Source("w", whole_map, 4, 24, {whole}))));
  EXPECT_EQ(Dump(fixture), std::string(kHead) +
                               "\nconfig 'test': map 'k' (hash): 3 rows\n"
                               "key 0200000072\n  keyed{op=\"r\"} bucket 2: 20\n"
                               "key 0900000072\n  keyed{op=\"r\"} sum: 90\n"
                               "key 0500000072\n"
                               "  keyed{op=\"r\"} bucket 5: 50, outside of the histogram\n"
                               "\nconfig 'test': map 'w' (percpu_array): 1 row\n"
                               "key 00000000\n  whole buckets: 4 6 0, sum: 150\n");
}

TEST(MapDump, SaysWhyARowMakesNoSeries) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {IdRow(1, 10), IdRow(2, 20), IdRow(3, 30)};
  auto picky = IdCounter();
  picky.labels = {Label("id", 0, 4, Scripted([](std::string_view in, std::string& out) {
                          out = in[0] == 2 ? "no such thing" : "x";
                          return in[0] == 1   ? decode::Decoded::kSkip
                                 : in[0] == 2 ? decode::Decoded::kError
                                              : decode::Decoded::kOk;
                        }))};
  auto bare = Metric(config::MetricKind::kCounter, "bare_total", {});
  bare.zero_key_only = true;
  Fixture fixture(SourceList(OfType(BPF_MAP_TYPE_HASH, Source("a", map, 4, 8, {picky, bare}))));
  const std::string no_bare =
      "  bare_total: no series: only a key of zeros has one, for the metric has no labels\n";
  EXPECT_EQ(Dump(fixture), std::string(kHead) +
                               "\nconfig 'test': map 'a' (hash): 3 rows\n"
                               "key 01000000\n  ops_total: no series: its decoders skip the key\n" +
                               no_bare +
                               "key 02000000\n  ops_total: no series: label 'id': no such thing\n" +
                               no_bare + "key 03000000\n  ops_total{id=\"x\"} 30\n" + no_bare);
}

TEST(MapDump, ShowsCountedRecordsByTheBytesThatTellThemApart) {
  auto counted = std::make_shared<FakeMap>();
  counted->rows = {{"ab", Bytes(std::uint64_t{5})}};
  auto source = OfType(BPF_MAP_TYPE_PERF_EVENT_ARRAY,
                       Source("events", counted, 4, 4,
                              {Metric(config::MetricKind::kCounter, "events_total",
                                      {Label("name", 0, 2, TextDecoder())})}));
  source.plan.events = plan::EventsPlan{.record_size = 2, .max_keys = 10};
  auto bare = std::make_shared<FakeMap>();
  bare->rows = {{"", Bytes(std::uint64_t{6})}};
  auto no_key = OfType(
      BPF_MAP_TYPE_QUEUE,
      Source("queue", bare, 0, 4, {Metric(config::MetricKind::kCounter, "queue_total", {})}));
  no_key.plan.events = plan::EventsPlan{.record_size = 0, .max_keys = 10};
  Fixture fixture(SourceList(std::move(source), std::move(no_key)));
  EXPECT_EQ(Dump(fixture),
            std::string(kHead) +
                "\nconfig 'test': map 'events' (perf_event_array, its records counted): 1 row\n"
                "key 6162\n  events_total{name=\"ab\"} 5\n"
                "\nconfig 'test': map 'queue' (queue, its records counted): 1 row\n"
                "key (of no bytes)\n  queue_total 6\n");
}

TEST(MapDump, ShowsAnErrorInThePlaceOfItsMap) {
  auto bad = std::make_shared<FakeMap>();
  bad->rows = {IdRow(1, 1), IdRow(2, 2)};
  bad->rows_a_block = 1;
  bad->fail_after = 1;
  auto narrow = std::make_shared<FakeMap>();
  narrow->rows = {{Bytes(std::uint32_t{1}), "1234"}};
  auto good = std::make_shared<FakeMap>();
  good->rows = {IdRow(3, 3)};
  Fixture fixture(
      SourceList(OfType(BPF_MAP_TYPE_HASH, Source("bad", bad, 4, 8, {IdCounter()})),
                 OfType(BPF_MAP_TYPE_HASH, Source("narrow", narrow, 4, 8, {IdCounter()})),
                 OfType(BPF_MAP_TYPE_HASH, Source("good", good, 4, 8, {IdCounter()}))));
  EXPECT_EQ(DumpMaps(fixture.collector, {{.name = "test", .up = true},
                                         {.name = "empty", .up = true},
                                         {.name = "down", .problem = "no such object"}}),
            std::string(kHead) +
                "\nconfig 'test': map 'bad' (hash): batch lookup: Operation not permitted\n"
                "\nconfig 'test': map 'narrow' (hash): rows are shorter than the map's layout\n"
                "\nconfig 'test': map 'good' (hash): 1 row\n"
                "key 03000000\n  ops_total{id=\"3\"} 3\n"
                "\nconfig 'empty': no map is read\n"
                "\nconfig 'down': not up: no such object\n");
}

TEST(MapDump, SaysHowManyRowsItLeavesOut) {
  auto map = std::make_shared<FakeMap>();
  for (std::uint32_t id = 1; id <= 5; ++id) map->rows.push_back(IdRow(id, id));
  map->rows_a_block = 2;
  Fixture fixture(SourceList(OfType(BPF_MAP_TYPE_HASH, Source("a", map, 4, 8, {IdCounter()}))));
  const std::string head = std::string(kHead) + "\nconfig 'test': map 'a' (hash): 5 rows\n";
  const std::string rows[] = {"key 01000000\n  ops_total{id=\"1\"} 1\n",
                              "key 02000000\n  ops_total{id=\"2\"} 2\n",
                              "key 03000000\n  ops_total{id=\"3\"} 3\n"};
  EXPECT_EQ(Dump(fixture, {.map = {.rows = 3}}),
            head + rows[0] + rows[1] + rows[2] + "2 rows more\n");
  EXPECT_EQ(Dump(fixture, {.map = {.bytes = 2 * 12}}), head + rows[0] + rows[1] + "3 rows more\n");
  EXPECT_EQ(Dump(fixture, {.map = {.bytes = 1}}), head + rows[0] + "4 rows more\n");
  EXPECT_EQ(Dump(fixture, {.text = head.size() + 1}), head + rows[0] + "4 rows more\n");
}

TEST(MapDump, LeavesSnapshotsAsTheyAre) {
  auto map = std::make_shared<FakeMap>();
  map->rows = {IdRow(1, 10), IdRow(2, 20)};
  Fixture fixture(SourceList(Source("a", map, 4, 8, {IdCounter()})));
  const std::string page = fixture.TakePage();
  const auto before = fixture.collector.Latest();
  map->rows = {IdRow(3, 30)};
  map->fail_after = 0;
  Dump(fixture);
  EXPECT_EQ(fixture.collector.Latest(), before);
  map->fail_after = ~std::size_t{0};
  map->rows = {IdRow(1, 10), IdRow(2, 20)};
  EXPECT_EQ(fixture.TakePage(), page);
  EXPECT_EQ(fixture.stats.maps.at(0).read_errors, 0u);
  EXPECT_EQ(fixture.stats.maps.at(0).entries, 2u);
}

// Counts the calls that find another one going on.
class LonelyReader : public MapReader {
 public:
  LonelyReader(std::shared_ptr<FakeMap> map, std::atomic<int>& meetings)
      : reader_(std::move(map)), meetings_(meetings) {}
  Status Read(RowSink& sink) override {
    if (busy_.exchange(true)) ++meetings_;
    std::this_thread::yield();
    Status status = reader_.Read(sink);
    busy_ = false;
    return status;
  }
  std::uint32_t cpus() const override { return reader_.cpus(); }

 private:
  FakeReader reader_;
  std::atomic<int>& meetings_;
  std::atomic<bool> busy_ = false;
};

TEST(MapDump, TakesTurnsWithSnapshots) {
  auto map = std::make_shared<FakeMap>();
  for (std::uint32_t id = 1; id <= 500; ++id) map->rows.push_back(IdRow(id, id));
  std::atomic<int> meetings = 0;
  auto source = Source("a", map, 4, 8, {IdCounter()});
  source.reader = std::make_unique<LonelyReader>(map, meetings);
  Fixture fixture(SourceList(std::move(source)));
  const std::string page = fixture.TakePage();
  const std::string dump = Dump(fixture);
  std::thread snapshots([&] {
    for (int i = 0; i < 200; ++i) EXPECT_EQ(fixture.TakePage(), page);
  });
  std::thread dumps([&] {
    for (int i = 0; i < 200; ++i) EXPECT_EQ(Dump(fixture), dump);
  });
  snapshots.join();
  dumps.join();
  EXPECT_EQ(meetings, 0);
}

}  // namespace
}  // namespace bpf_exporter::metrics
