// SPDX-License-Identifier: Apache-2.0
// random_registries FIRST COUNT: writes the pages of that many random registries to standard
// output, for formats_test.py to compare. A page is a line with its size in bytes, and then its
// bytes; each registry has three, in text, OpenMetrics and protobuf, and a fourth that tells what
// the counts of native histograms are: a line `NAME SCHEMA THRESHOLD FIRST COUNT…` for each series,
// where FIRST is the index of the bucket after the zero bucket, and the first count is that of the
// zero bucket.
#include <fmt/core.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "exposition/buffer_writer.h"
#include "exposition/format.h"
#include "metrics/label_set.h"

namespace bpf_exporter::formats {
namespace {

class Registry {
 public:
  explicit Registry(std::uint32_t seed) : seed_(seed), random_(seed) {}

  metrics::Snapshot Make() {
    metrics::Snapshot snapshot;
    for (std::uint32_t family = 0; family < 1 + Below(5); ++family) {
      // Both lists have to be sorted by name.
      snapshot.families.push_back(MakeFamily("f" + std::to_string(family)));
      if (Chance(2)) snapshot.own.push_back(MakeFamily("g" + std::to_string(family)));
    }
    return snapshot;
  }

 private:
  std::uint32_t Below(std::uint32_t bound) {
    return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(random_);
  }
  bool Chance(std::uint32_t one_in) { return Below(one_in) == 0; }

  std::string HostileText() {
    constexpr std::string_view kPieces[] = {"\"",
                                            "\\",
                                            "\n",
                                            "\r",
                                            "\t",
                                            "{",
                                            "}",
                                            ",",
                                            "=",
                                            " ",
                                            "#",
                                            "\\n",
                                            "\xc3\xa9",
                                            "\xe2\x80\xa8",
                                            "\xf0\x9f\x90\x9d",
                                            "\xff",
                                            "\xc3",
                                            "\xed\xa0\x80",
                                            "le=\"1\"",
                                            "# EOF",
                                            "a",
                                            "NaN",
                                            std::string_view("\0", 1)};
    std::string text;
    for (std::uint32_t i = Below(6); i > 0; --i) text += kPieces[Below(std::size(kPieces))];
    if (Chance(40)) text += std::string(Below(20'000), 'x');
    return text;
  }

  std::uint64_t AnyInteger() {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    constexpr std::uint64_t kSpecial[] = {
        0, 1, 999'999, 1'000'000, (1ull << 53) - 1, (1ull << 53) + 1, 1ull << 63, kMax};
    if (Chance(2)) return kSpecial[Below(std::size(kSpecial))];
    return std::uniform_int_distribution<std::uint64_t>()(random_) >> Below(64);
  }

  double AnyDouble() {
    constexpr double kSpecial[] = {0, -0.0, 0.1, -1, 1e300, 5e-324};
    switch (Below(6)) {
      case 0:
        return std::numeric_limits<double>::quiet_NaN();
      case 1:
        return std::numeric_limits<double>::infinity();
      case 2:
        return -std::numeric_limits<double>::infinity();
      case 3:
        return kSpecial[Below(std::size(kSpecial))];
      default:
        return std::ldexp(static_cast<double>(AnyInteger()), static_cast<int>(Below(200)) - 150);
    }
  }

  // Of exp2 and exp2zero, whose buckets are those of schema 0.
  void SetPowersOfTwo(plan::HistogramPlan& histogram) {
    const auto first = static_cast<int>(Below(40)) - 20;
    const std::uint32_t count = 2 + Below(30);
    histogram.type = Chance(2) ? config::BucketType::kExp2 : config::BucketType::kExp2Zero;
    histogram.native = plan::NativeBuckets{0, first + 1};
    for (std::uint32_t i = 0; i < count; ++i) {
      histogram.numbers.push_back(i);
      histogram.bounds.push_back(std::ldexp(1.0, first + static_cast<int>(i)));
    }
    if (histogram.type == config::BucketType::kExp2Zero) histogram.bounds[0] = 0;
  }

  // Of bucket_type: native, with a bucket for what is above the last bound.
  void SetNative(plan::HistogramPlan& histogram) {
    const auto schema = static_cast<std::int32_t>(Below(4));
    const auto first = static_cast<std::int32_t>(Below(40)) - 20;
    const std::uint32_t doublings = 1 + Below(8);
    histogram.type = config::BucketType::kNative;
    histogram.multiplier = Chance(2) ? 1 : 1e-9;
    histogram.native = plan::NativeBuckets{schema, first * (1 << schema) + 1};
    for (std::uint32_t i = 0; i < (doublings << schema) + 2; ++i) histogram.numbers.push_back(i);
    for (std::uint32_t i = 0; i <= doublings; ++i) {
      histogram.bounds.push_back(std::ldexp(1.0, first + static_cast<int>(i)));
    }
  }

  void SetHistogram(plan::HistogramPlan& histogram) {
    if (Chance(3)) return SetPowersOfTwo(histogram);
    if (Chance(2)) return SetNative(histogram);
    histogram.multiplier = Chance(2) ? 1 : 1e-6;
    const std::uint32_t count = Below(12);
    double bound = Chance(3) ? 0 : 0.25;
    for (std::uint32_t i = 0; i < count; ++i, bound = std::max(bound * 2, 0.125)) {
      histogram.numbers.push_back(i);
      histogram.bounds.push_back(bound * histogram.multiplier);
    }
  }

  // The cells of one series; those of a histogram add up to less than 2^64.
  void AddCells(const metrics::FamilySnapshot& family, std::vector<std::uint64_t>& cells) {
    if (family.kind() != config::MetricKind::kHistogram) {
      const bool is_double = family.number_type == metrics::NumberType::kDouble;
      const double number =
          family.kind() == config::MetricKind::kCounter ? Below(1000) / 8.0 : AnyDouble();
      cells.push_back(is_double ? std::bit_cast<std::uint64_t>(number) : AnyInteger());
      return;
    }
    const auto buckets = static_cast<std::uint32_t>(family.histogram().numbers.size());
    const bool empty = Chance(4);
    const std::uint32_t one_in = Chance(2) ? 1 : 1 + Below(6);  // of the buckets is not empty
    const std::uint32_t full = Chance(4) && buckets > 0 ? Below(buckets) : buckets;
    for (std::uint32_t i = 0; i < buckets; ++i) {
      const bool rest_is_zero = empty || full < buckets || !Chance(one_in);
      cells.push_back(i == full && !empty ? std::numeric_limits<std::uint64_t>::max()
                      : rest_is_zero      ? 0
                                          : AnyInteger() >> 8);
    }
    cells.push_back(empty ? 0 : AnyInteger());
    cells.push_back(AnyInteger());  // outside of the bounds
  }

  metrics::FamilySnapshot MakeFamily(const std::string& name) {
    auto plan = std::make_shared<plan::MetricPlan>();
    constexpr config::MetricKind kKinds[] = {
        config::MetricKind::kCounter, config::MetricKind::kGauge, config::MetricKind::kHistogram};
    plan->kind = kKinds[Below(3)];
    constexpr std::string_view kUnits[] = {"", "_seconds", "_bytes", "_kilobytes"};
    plan->family = "r" + std::to_string(seed_) + "_" + name + std::string(kUnits[Below(4)]);
    if (plan->kind == config::MetricKind::kCounter && !Chance(4)) plan->family += "_total";
    plan->help = Chance(2) ? "Help" : "A \"quoted\" \\ and\na second line";
    if (plan->kind == config::MetricKind::kHistogram) SetHistogram(plan->histogram);

    metrics::FamilySnapshot family;
    family.metric = plan;
    if (Chance(2)) {
      family.number_type =
          plan->kind == config::MetricKind::kHistogram            ? metrics::NumberType::kSigned
          : plan->kind == config::MetricKind::kGauge && Chance(2) ? metrics::NumberType::kSigned
                                                                  : metrics::NumberType::kDouble;
    }
    if (Chance(2)) {
      family.counted_since = std::chrono::system_clock::time_point(
          std::chrono::milliseconds(1'700'000'000'000 + Below(1'000'000'000)));
    }
    auto texts = std::make_shared<metrics::TextArena>();
    auto cells = std::make_shared<metrics::SeriesCells>();
    const std::uint32_t labels = Below(4);
    const std::uint32_t series = labels == 0 ? 1 : 1 + Below(6);
    for (std::uint32_t i = 0; i < series; ++i) {
      std::string text;
      for (std::uint32_t label = 0; label < labels; ++label) {
        const std::string number = label == 0 ? std::to_string(i) : "";
        metrics::AppendLabel("l" + std::to_string(label), number + HostileText(), text);
      }
      texts->Append(text);
      cells->present.push_back(Chance(5) ? 0 : 1);
      family.series += cells->present.back();
      AddCells(family, cells->values);
    }
    family.texts = std::move(texts);
    family.cells = std::move(cells);
    return family;
  }

  const std::uint32_t seed_;
  std::mt19937 random_;
};

// The counts of native histograms, from the cells that they were put into.
std::string NativeCounts(const metrics::Snapshot& snapshot) {
  std::string text;
  snapshot.ForEachFamily([&](const metrics::FamilySnapshot& family) {
    const std::optional<plan::NativeBuckets>& native = family.histogram().native;
    if (!native) return;
    const std::size_t stride = metrics::CellsPerSeries(*family.metric);
    for (std::size_t series = 0; series < family.cells->present.size(); ++series) {
      if (family.cells->present[series] == 0) continue;
      text += fmt::format("{} {} {} {}", family.name(), native->schema,
                          family.histogram().bounds[0], native->first_index);
      for (std::size_t i = 0; i < family.histogram().numbers.size(); ++i) {
        text += fmt::format(" {}", family.cells->values[series * stride + i]);
      }
      text += "\n";
    }
  });
  return text;
}

bool Print(std::string_view page) {
  std::printf("%zu\n", page.size());
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size();
}

int Main(std::uint32_t first, std::uint32_t count) {
  using exposition::Format;
  const std::unique_ptr<exposition::FormatWriter> writers[] = {
      exposition::MakeFormatWriter(Format::kText),
      exposition::MakeFormatWriter(Format::kOpenMetrics),
      exposition::MakeFormatWriter(Format::kProtobuf)};
  for (std::uint32_t seed = first; seed < first + count; ++seed) {
    const metrics::Snapshot snapshot = Registry(seed).Make();
    for (const auto& writer : writers) {
      exposition::BufferWriter page{exposition::TextBuffer()};
      writer->Write(snapshot, page);
      const exposition::TextBuffer bytes = page.Finish();
      if (!Print(bytes)) return 1;
    }
    if (!Print(NativeCounts(snapshot))) return 1;
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace bpf_exporter::formats

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  return bpf_exporter::formats::Main(static_cast<std::uint32_t>(std::atol(argv[1])),
                                     static_cast<std::uint32_t>(std::atol(argv[2])));
}
