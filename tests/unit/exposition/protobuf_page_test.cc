// SPDX-License-Identifier: Apache-2.0
#include "exposition/protobuf_page.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <cstring>
#include <limits>

#include "exposition/buffer_writer.h"
#include "metrics/own_family.h"
#include "unit/metrics/fakes.h"

namespace bpf_exporter::exposition {
namespace {

// Protobuf's encoding in the plainest way, to compare with.
std::string Varint(std::uint64_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number % 0x80 + 0x80);
  return bytes + static_cast<char>(number);
}
std::string Delimited(const std::string& bytes) { return Varint(bytes.size()) + bytes; }
std::string Text(int field, const std::string& bytes) {
  return Varint(static_cast<std::uint64_t>(field * 8 + 2)) + Delimited(bytes);
}
std::string Whole(int field, std::uint64_t number) {
  return Varint(static_cast<std::uint64_t>(field * 8)) + Varint(number);
}
std::string Double(int field, double number) {
  return Varint(static_cast<std::uint64_t>(field * 8 + 1)) + metrics::Bytes(number);
}
std::string Label(const std::string& name, const std::string& value) {
  return Text(1, Text(1, name) + Text(2, value));
}
std::string Family(const std::string& name, const std::string& help, int type) {
  return Text(1, name) + Text(2, help) + Whole(3, static_cast<std::uint64_t>(type));
}

std::string PageOf(ProtobufPage& page, const metrics::Snapshot& snapshot) {
  BufferWriter writer{TextBuffer()};
  page.Write(snapshot, writer);
  return std::string(writer.Finish().view());
}

TEST(ProtobufPage, IsEmptyWithoutFamilies) {
  ProtobufPage page({});
  EXPECT_EQ(PageOf(page, metrics::Snapshot()), "");
}

TEST(ProtobufPage, WritesCountersAndGauges) {
  constexpr metrics::SelfMetric kRequests =
      metrics::SelfCounter("z_requests_total", "path,code", "Two\nlines");
  constexpr metrics::SelfMetric kTemperature = metrics::SelfGauge("m_temperature", "", "T");
  prometheus::Registry registry;
  metrics::OwnFamily requests(kRequests, "", registry);
  metrics::OwnFamily temperature(kTemperature, "", registry);
  requests.Set({"a\"b\\c\n\xff", "200"}, 1234567);
  requests.Set({"", "404"}, 0.1);
  temperature.Set({}, -0.25);
  metrics::Snapshot snapshot;
  snapshot.own = {temperature.Snapshot(), requests.Snapshot()};
  snapshot.own[1].counted_since =
      std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'250));
  const std::string created = Text(3, Whole(1, 1'700'000'000) + Whole(2, 250'000'000));
  ProtobufPage page({});
  EXPECT_EQ(PageOf(page, snapshot),
            Delimited(Family("m_temperature", "T", 1) + Text(4, Text(2, Double(1, -0.25)))) +
                Delimited(Family("z_requests_total", "Two\nlines", 0) +
                          Text(4, Label("code", "200") + Label("path", "a\"b\\c\n\xEF\xBF\xBD") +
                                      Text(3, Double(1, 1234567) + created)) +
                          Text(4, Label("code", "404") + Label("path", "") +
                                      Text(3, Double(1, 0.1) + created))));
}

TEST(ProtobufPage, WritesClassicHistograms) {
  auto map = std::make_shared<metrics::FakeMap>();
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  const auto add = [&](char id, std::uint8_t bucket, std::uint64_t value) {
    map->rows.push_back({std::string{id, static_cast<char>(bucket)}, metrics::Bytes(value)});
  };
  add('a', 0, 3);
  add('a', 2, 300);
  add('a', 3, 1'000'000);  // the sum
  add('b', 1, kMax);
  add('c', 7, 1);  // outside: an empty histogram
  plan::MetricPlan metric = metrics::Metric(config::MetricKind::kHistogram, "latency_seconds",
                                            {metrics::Label("id", 0, 1, metrics::TextDecoder())});
  metric.histogram.numbers = {0, 1, 2};
  metric.histogram.bounds = {1e-6, 2e-6, 4e-6};
  metric.histogram.multiplier = 1e-6;
  metric.histogram.sum_number = 3;
  metric.histogram.bucket = metrics::Label("bucket", 1, 1, metrics::UintDecoder());
  metrics::Collector collector(metrics::SourceList(metrics::Source("m", map, 2, 8, {metric})));
  const auto snapshot = collector.Take();

  const auto histogram = [](double sum, std::vector<std::uint64_t> counts) {
    const double bounds[] = {1e-6, 2e-6, 4e-6};
    std::string message = Whole(1, counts.back()) + Double(2, sum);
    for (int i = 0; i < 3; ++i) message += Text(3, Whole(1, counts[i]) + Double(2, bounds[i]));
    return Text(7, message);
  };
  const std::string expected = Delimited(Family("latency_seconds", "Help", 4) +
                                         Text(4, Label("id", "a") + histogram(1.0, {3, 3, 303})) +
                                         Text(4, Label("id", "b") + histogram(0, {0, kMax, kMax})) +
                                         Text(4, Label("id", "c") + histogram(0, {0, 0, 0})));
  ProtobufPage page({});
  EXPECT_EQ(PageOf(page, *snapshot), expected);
  EXPECT_EQ(PageOf(page, *snapshot), expected) << "from the labels that were kept";
}

// Keys that come and go between pages, so that labels are added to those that are kept, and the
// numbers of series change when many have gone.
TEST(ProtobufPage, FollowsSeriesThatComeAndGo) {
  auto map = std::make_shared<metrics::FakeMap>();
  metrics::Collector collector(metrics::SourceList(
      metrics::Source("m", map, 4, 8,
                      {metrics::Metric(config::MetricKind::kGauge, "g",
                                       {metrics::Label("id", 0, 4, metrics::UintDecoder())})})));
  ProtobufPage kept({});
  for (std::uint32_t round = 0; round < 40; ++round) {
    map->rows.clear();
    for (std::uint32_t id = 0; id < 3000; ++id) {
      if ((id * 7919 + round) % 13 >= round % 11) continue;
      const std::uint32_t name = id + round / 4 * 2000;
      map->rows.push_back({metrics::Bytes(name), metrics::Bytes(std::uint64_t{round})});
    }
    const auto snapshot = collector.Take();
    ProtobufPage fresh({});
    ASSERT_EQ(PageOf(kept, *snapshot), PageOf(fresh, *snapshot)) << "round " << round;
  }
}

// Labels around the sizes at which a length takes one byte more.
TEST(ProtobufPage, WritesLengthsOfAnySize) {
  auto map = std::make_shared<metrics::FakeMap>();
  std::string metrics;
  for (std::size_t length = 0; length < 17'000; length += length < 300 ? 1 : 997) {
    const std::string text(length, 'x');
    map->rows.push_back({metrics::Padded(text, 17'000), metrics::Bytes(std::uint64_t{1})});
    metrics += Text(4, Label("t", text) + Text(3, Double(1, 1)));
  }
  auto metric = metrics::Metric(config::MetricKind::kCounter, "ops_total",
                                {metrics::Label("t", 0, 17'000, metrics::TextDecoder())});
  metrics::Collector collector(metrics::SourceList(metrics::Source("m", map, 17'000, 8, {metric})));
  ProtobufPage page({});
  EXPECT_EQ(PageOf(page, *collector.Take()), Delimited(Family("ops_total", "Help", 0) + metrics));
}

}  // namespace
}  // namespace bpf_exporter::exposition
