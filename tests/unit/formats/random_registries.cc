// SPDX-License-Identifier: Apache-2.0
// random_registries FIRST COUNT: writes the pages of that many random registries to standard
// output, for formats_test.py to compare. A page is a line with its size in bytes, and then its
// bytes; each registry has three, in text, OpenMetrics and protobuf.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

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

  void SetHistogram(plan::HistogramPlan& histogram) {
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
    const std::size_t bounds = family.histogram().bounds.size();
    const bool empty = Chance(4);
    const std::size_t full =
        Chance(4) && bounds > 0 ? Below(static_cast<std::uint32_t>(bounds)) : bounds;
    for (std::size_t i = 0; i < bounds; ++i) {
      const bool rest_is_zero = empty || full < bounds;
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
      std::printf("%zu\n", bytes.size());
      if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) return 1;
    }
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
