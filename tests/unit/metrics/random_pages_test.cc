// SPDX-License-Identifier: Apache-2.0
// Random maps under random changes: the page must equal the reference's, byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "metrics/collector.h"
#include "unit/metrics/fakes.h"
#include "unit/metrics/page_of.h"
#include "unit/metrics/page_reference.h"

namespace bpf_exporter::metrics {
namespace {

class Scenario {
 public:
  explicit Scenario(std::uint32_t seed) : random_(seed) {
    universe_ = Chance(8) ? 4000 : 5 + Below(120);
    const std::size_t count = 1 + Below(3);
    std::vector<MapToRead> sources;
    for (std::size_t i = 0; i < count; ++i) sources.push_back(MakeSource(i));
    collector_ = std::make_unique<Collector>(std::move(sources));
  }

  void Change() {
    for (const auto& map : maps_) Change(*map);
  }
  std::string Page() { return PageOf(*collector_->Take()); }
  std::string ReferencePage() { return reference_.Snapshot(); }

 private:
  // Keys are a, b (2 bytes each), a letter and a bucket number. Values: 32 bytes a CPU.
  static constexpr std::uint32_t kKeySize = 6;
  static constexpr std::uint32_t kValueSize = 29;
  static constexpr std::uint32_t kValueStride = 32;

  std::uint32_t Below(std::uint32_t bound) {
    return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(random_);
  }
  bool Chance(std::uint32_t one_in) { return Below(one_in) == 0; }

  std::vector<plan::LabelPlan> MakeLabels(const FakeMap& map) {
    std::vector<plan::LabelPlan> labels;
    if (Chance(2)) labels.push_back(Label("a", 0, 2, UintDecoder()));
    if (Chance(2)) labels.push_back(Label("b", 2, Chance(3) ? 1 : 2, UintDecoder()));
    if (map.cpus > 1 && Chance(3)) labels.push_back(CpuLabel());
    if (!map.is_array && Chance(2)) labels.push_back(Label("d", 4, 1, TextDecoder()));
    return labels;
  }

  plan::MetricPlan MakeMetric(const FakeMap& map, std::size_t number) {
    const std::string suffix = std::to_string(number);
    if (Chance(3)) return MakeHistogram(map, suffix);
    // Counters share a few names over all maps, so they merge.
    const bool gauge = Chance(3);
    plan::MetricPlan metric =
        Metric(gauge ? config::MetricKind::kGauge : config::MetricKind::kCounter,
               gauge ? "gauge" + suffix : "counter" + std::to_string(Below(3)), MakeLabels(map));
    const std::uint32_t widths[] = {1, 2, 4, 8};
    metric.value.width = widths[Below(4)];
    metric.value.offset = Below(kValueSize - metric.value.width + 1);
    if (metric.value.width == 8) metric.value.offset = 16;  // where numbers are small
    metric.value.is_signed = gauge && Chance(2);
    metric.skip_zero = Chance(2);
    return metric;
  }

  plan::MetricPlan MakeHistogram(const FakeMap& map, const std::string& suffix) {
    plan::MetricPlan metric =
        Metric(config::MetricKind::kHistogram, "histogram" + suffix, MakeLabels(map));
    plan::HistogramPlan& histogram = metric.histogram;
    const bool contiguous = Chance(2);
    std::uint32_t number = Below(3);
    for (std::uint32_t i = Below(6); i > 0; --i, number += contiguous ? 1 : 1 + Below(3)) {
      histogram.numbers.push_back(number);
      histogram.bounds.push_back(number * 1.7e-6);
    }
    histogram.sum_number = number;
    histogram.multiplier = Chance(2) ? 1 : 1e-6;
    metric.skip_zero = Chance(2);
    if (Chance(2)) {
      histogram.array = plan::ValueField{Below(4), Chance(2) ? 2u : 1u, false};
      histogram.array_size = 1 + Below(8);
      if (Chance(2)) histogram.sum = plan::ValueField{20, 4, false};
    } else {
      metric.value = {3, 2, false};
      histogram.bucket = Label("bucket", map.is_array ? 0 : 5, 1, UintDecoder());
    }
    return metric;
  }

  MapToRead MakeSource(std::size_t number) {
    auto map = std::make_shared<FakeMap>();
    map->is_array = Chance(3);
    map->cpus = Chance(2) ? 1 : 1 + Below(5);
    map->rows_a_block = 1 + Below(2000);
    if (map->is_array) {
      for (std::uint32_t i = 0; i < universe_; ++i) map->rows.push_back({"", MakeValue(*map)});
    }
    std::vector<plan::MetricPlan> metrics;
    std::vector<std::string> names;
    for (std::size_t i = 1 + Below(3); i > 0; --i) {
      plan::MetricPlan metric = MakeMetric(*map, number * 10 + i);
      if (std::find(names.begin(), names.end(), metric.family) != names.end()) continue;
      names.push_back(metric.family);
      metrics.push_back(std::move(metric));
    }
    maps_.push_back(map);
    reference_.AddSource(map, kValueSize, metrics);
    return Source("map" + std::to_string(number), map, map->is_array ? 4 : kKeySize, kValueSize,
                  std::move(metrics));
  }

  std::string MakeKey() {
    const std::uint32_t number = Below(universe_);
    const char letters[] = "xy\"\\\nz";
    return Bytes(static_cast<std::uint16_t>(number % 71)) +
           Bytes(static_cast<std::uint16_t>(number / 71 * 3)) +
           letters[number % (sizeof(letters) - 1)] + static_cast<char>(number % 9);
  }

  std::string MakeValue(const FakeMap& map) {
    std::string value(map.cpus * kValueStride, '\0');
    if (Chance(3)) return value;
    for (std::size_t at = 0; at < value.size(); ++at) {
      const bool small = at % kValueStride >= 20 && at % kValueStride < 24;
      if (!small && Chance(2)) value[at] = static_cast<char>(Below(256));
    }
    return value;
  }

  void Change(FakeMap& map) {
    map.fail_after = Chance(8) ? Below(universe_) : ~std::size_t{0};
    for (auto& row : map.rows) {
      if (Chance(3)) row.value = MakeValue(map);
    }
    if (map.is_array) return;
    // The duplicates of the last time go first: a map has each key once.
    std::set<std::string> known;
    std::erase_if(map.rows, [&](const auto& row) { return !known.insert(row.key).second; });
    const std::uint32_t keep_one_in = Chance(6) ? 50 : Chance(2) ? 2 : 0;
    if (keep_one_in > 0) {
      std::erase_if(map.rows, [&](const auto&) { return !Chance(keep_one_in); });
    }
    for (std::uint32_t i = Below(universe_); i > 0; --i) {
      std::string key = MakeKey();
      if (!known.insert(key).second) continue;
      const std::size_t at = Below(static_cast<std::uint32_t>(map.rows.size()) + 1);
      map.rows.insert(map.rows.begin() + static_cast<std::ptrdiff_t>(at), {key, MakeValue(map)});
    }
    if (Chance(5)) std::shuffle(map.rows.begin(), map.rows.end(), random_);
    if (Chance(4)) {  // a walk by key that had to start again
      const std::size_t repeated = map.rows.size() / 2;
      for (std::size_t i = 0; i < repeated; ++i) map.rows.push_back(map.rows[i]);
    }
  }

  std::mt19937 random_;
  std::uint32_t universe_ = 0;
  std::vector<std::shared_ptr<FakeMap>> maps_;
  PageReference reference_;
  std::unique_ptr<Collector> collector_;
};

TEST(RandomPages, EqualThoseOfAPlainReference) {
  std::size_t bytes = 0;
  for (std::uint32_t seed = 0; seed < 48; ++seed) {
    Scenario scenario(seed);
    for (int snapshot = 0; snapshot < 12; ++snapshot) {
      scenario.Change();
      const std::string page = scenario.Page();
      bytes += page.size();
      ASSERT_EQ(page, scenario.ReferencePage()) << "seed " << seed << " snapshot " << snapshot;
    }
  }
  EXPECT_GT(bytes, 5'000'000u) << "the scenarios have become empty";
}

}  // namespace
}  // namespace bpf_exporter::metrics
