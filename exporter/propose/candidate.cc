// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/candidate.h"

#include <fmt/core.h>

#include "object/map_types.h"
#include "plan/variables.h"
#include "propose/guess.h"
#include "propose/names.h"

namespace bpf_exporter::propose {
namespace {

using config::MetricKind;
using object::Type;

constexpr std::string_view kTotal = "_total";

// Adds how the number of a bucket becomes its bound.
void AddScale(const std::string& buckets, bool has_sum, Candidate& histogram) {
  const double seconds = SecondsIn(buckets);
  double multiplier = seconds > 0 ? seconds : 1;
  histogram.why = "bucket i counts values up to 2^i, it seems";
  if (IsFloorBucketsName(buckets)) {
    histogram.why = "slot i counts values from 2^i to 2^(i+1), as in libbpf-tools, it seems";
    if (has_sum) {
      histogram.why += "; the bounds should be doubled, but bucket_multiplier: 2 doubles the sum";
    } else {
      multiplier *= 2;
    }
  }
  histogram.lines.emplace_back("bucket_type: exp2");
  if (multiplier == 1) return;
  histogram.lines.push_back(fmt::format("bucket_multiplier: {}", multiplier));
}

}  // namespace

MetricMaker::MetricMaker(const object::MapLayout& map, const std::string& stem)
    : map_(map), stem_(stem), section_(plan::IsSection(map.name)) {}

Candidate MetricMaker::Number(const std::string& path, const Type* type) const {
  const bool has_sign = type != nullptr && type->is_signed;
  const bool is_state = type != nullptr && type->kind != Type::Kind::kInt;
  const bool gauge = has_sign || is_state || IsGaugeName(path.empty() ? map_.name : path);
  std::string name = Name(path);
  if (!gauge && !name.ends_with(kTotal)) name += kTotal;
  if (gauge && name.ends_with(kTotal)) name.resize(name.size() - kTotal.size());
  Candidate number = Begin(gauge ? MetricKind::kGauge : MetricKind::kCounter, name, path);
  if (!path.empty()) number.lines.push_back("value: " + Scalar(path));
  number.why = has_sign   ? "a gauge, as its type has a sign"
               : is_state ? "a gauge, as it is " + type->name
               : gauge    ? "a gauge, by its name"
                          : "a counter, as its type has no sign";
  AddLabels(number);
  return number;
}

Candidate MetricMaker::Histogram(const std::string& buckets, const std::string& sum) const {
  const std::size_t dot = buckets.rfind('.');
  const std::string base = dot == std::string::npos ? "" : buckets.substr(0, dot);
  Candidate histogram =
      Begin(MetricKind::kHistogram, Name(section_ && base.empty() ? buckets : base), buckets);
  const std::string of_sum = sum.empty() ? "" : ", sum: " + Scalar(sum);
  histogram.lines.push_back(fmt::format("value: {{buckets: {}{}}}", Scalar(buckets), of_sum));
  AddScale(buckets, !sum.empty(), histogram);
  AddLabels(histogram);
  return histogram;
}

Candidate MetricMaker::RowsHistogram() const {
  Candidate histogram = Begin(MetricKind::kHistogram, Name(""), "");
  AddScale(map_.name, false, histogram);
  histogram.lines.emplace_back("bucket_max: 26");
  histogram.why += "; its number is in the key, and 26 is a guess";
  AddLabels(histogram);
  return histogram;
}

Candidate MetricMaker::Native(const std::string& path) const {
  Candidate histogram = Begin(MetricKind::kHistogram, Name(path), path);
  if (!path.empty()) histogram.lines.push_back("value: " + Scalar(path));
  histogram.lines.emplace_back("bucket_type: native");
  AddLabels(histogram);
  return histogram;
}

Candidate MetricMaker::Records() const {
  std::string name = Name("");
  if (!name.ends_with(kTotal)) name += kTotal;
  Candidate records = Begin(MetricKind::kCounter, std::move(name), "");
  records.lines.front() = fmt::format("help: Records of map {}", map_.name);
  if (map_.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY) {
    records.lines.emplace_back("perf_event_array: true");
  }
  if (map_.type == BPF_MAP_TYPE_RINGBUF) records.lines.emplace_back("ringbuf: true");
  records.why = "each record counts one; labels may be taken from its first bytes";
  AddLabels(records);
  return records;
}

Candidate MetricMaker::Begin(MetricKind kind, std::string name, const std::string& path) const {
  Candidate begun;
  begun.kind = kind;
  begun.name = std::move(name);
  begun.lines = {"help: " + Subject(path), "map: " + Scalar(map_.name)};
  return begun;
}

std::string MetricMaker::Name(const std::string& path) const {
  return JoinedName({stem_, section_ ? std::string_view() : map_.name, path});
}

std::string MetricMaker::Subject(const std::string& path) const {
  if (section_) return fmt::format("Variable {}", path);
  return path.empty() ? fmt::format("Map {}", map_.name)
                      : fmt::format("Field {} of map {}", path, map_.name);
}

void MetricMaker::AddLabels(Candidate& metric) const {
  if (labels_.lines.empty()) return;
  const bool indexed = object::ShapeOf(map_.type) == object::MapShape::kIndexed;
  if (indexed) metric.lines.emplace_back("skip_zero: true");
  metric.lines.emplace_back("labels:");
  for (const std::string& line : labels_.lines) metric.lines.push_back("  - " + line);
}

}  // namespace bpf_exporter::propose
