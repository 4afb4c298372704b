// SPDX-License-Identifier: Apache-2.0
// Tests: text_page_test.cc, open_metrics_page_test.cc
#include "exposition/text_family.h"

#include <algorithm>
#include <chrono>

#include "exposition/number.h"
#include "metrics/merge.h"
#include "plan/open_metrics_names.h"

namespace bpf_exporter::exposition {
namespace {

char* WriteNumber(const metrics::Number& number, char* out) {
  switch (number.type) {
    case metrics::NumberType::kUnsigned:
      return WriteUnsigned(number.AsUnsigned(), out);
    case metrics::NumberType::kSigned:
      return WriteSigned(number.AsSigned(), out);
    case metrics::NumberType::kDouble:
      break;
  }
  return WriteDouble(number.AsDouble(), out);
}

std::string TextOf(double number) {
  char text[kMaxNumberSize];
  return {text, WriteDouble(number, text)};
}

// Returns the value of a label `le` as OpenMetrics wants it, where every bound shows that it is no
// integer.
std::string CanonicalBound(double bound) {
  std::string text = TextOf(bound);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

// Returns how a text of HELP has that character, which is one of its special ones.
std::string_view EscapeOf(char c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\\':
      return "\\\\";
    default:
      return "\\\"";
  }
}

}  // namespace

void TextFamilyWriter::Write(const metrics::FamilySnapshot& family) {
  WriteHead(family);
  SetCreated(family);
  if (family.kind() == config::MetricKind::kHistogram) {
    WriteHistograms(family);
  } else {
    WriteNumbers(family);
  }
}

void TextFamilyWriter::WriteComment(const char* what, std::string_view family) {
  page_.Write(what);
  page_.Write(family);
  page_.Write(" ");
}

void TextFamilyWriter::WriteHelp(std::string_view help) {
  const std::string_view specials = is_open_metrics() ? "\n\\\"" : "\n\\";
  while (!help.empty()) {
    const std::size_t special = std::min(help.find_first_of(specials), help.size());
    page_.Write(help.substr(0, special));
    if (special < help.size()) page_.Write(EscapeOf(help[special]));
    help.remove_prefix(std::min(special + 1, help.size()));
  }
}

void TextFamilyWriter::WriteHead(const metrics::FamilySnapshot& family) {
  std::string_view name = family.name();
  std::string_view type = config::KindName(family.kind());
  std::string_view unit;
  if (is_open_metrics()) {
    const bool as_counter = plan::IsOpenMetricsCounter(family.kind(), name);
    if (family.kind() == config::MetricKind::kCounter && !as_counter) type = "unknown";
    name = plan::OpenMetricsFamily(family.kind(), name);
    unit = plan::UnitOf(name);
  }
  WriteComment("# HELP ", name);
  WriteHelp(family.help());
  page_.Write("\n");
  WriteComment("# TYPE ", name);
  page_.Write(type);
  page_.Write("\n");
  if (unit.empty()) return;
  WriteComment("# UNIT ", name);
  page_.Write(unit);
  page_.Write("\n");
}

void TextFamilyWriter::SetCreated(const metrics::FamilySnapshot& family) {
  created_before_labels_.Set({});
  const std::string_view name = plan::OpenMetricsFamily(family.kind(), family.name());
  const bool counts = family.kind() == config::MetricKind::kHistogram ||
                      plan::IsOpenMetricsCounter(family.kind(), family.name());
  // More digits than these a double does not have.
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(
      family.counted_since.time_since_epoch());
  if (!is_open_metrics() || !options_.created_lines || !counts || since.count() == 0) return;
  created_before_labels_.Set({name, "_created{"});
  created_without_labels_.Set({name, "_created "});
  created_time_.Set({TextOf(static_cast<double>(since.count()) / 1e6), "\n"});
}

void TextFamilyWriter::WriteCreated(std::string_view labels) {
  char* out = page_.Room(created_before_labels_.size() + labels.size() + 2 + created_time_.size() +
                         3 * kBlock);
  if (labels.empty()) {
    out = created_without_labels_.CopyTo(out);
  } else {
    out = CopyText(labels, created_before_labels_.CopyTo(out));
    *out++ = '}';
    *out++ = ' ';
  }
  page_.Advance(created_time_.CopyTo(out));
}

void TextFamilyWriter::WriteNumbers(const metrics::FamilySnapshot& family) {
  without_labels_.Set({family.name(), " "});
  before_labels_.Set({family.name(), "{"});
  const std::size_t room = before_labels_.size() + 2 * kBlock + 4 + kMaxNumberSize;
  const bool has_created = created_before_labels_.size() > 0;
  family.ForEachSample([&](const metrics::Sample& sample) {
    const std::string_view labels = sample.labels().text();
    char* out = page_.Room(room + labels.size());
    if (labels.empty()) {
      out = without_labels_.CopyTo(out);
    } else {
      out = CopyText(labels, before_labels_.CopyTo(out));
      *out++ = '}';
      *out++ = ' ';
    }
    out = WriteNumber(sample.value(), out);
    *out++ = '\n';
    page_.Advance(out);
    if (has_created) WriteCreated(labels);
  });
}

// Makes what follows the other labels of a bucket, for each bound and for infinity.
void TextFamilyWriter::SetBounds(const std::vector<double>& bounds) {
  bounds_.resize(bounds.size() + 1);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    bounds_[i].Set(
        {"le=\"", is_open_metrics() ? CanonicalBound(bounds[i]) : TextOf(bounds[i]), "\"} "});
  }
  bounds_.back().Set({"le=\"+Inf\"} "});
}

void TextFamilyWriter::WriteHistograms(const metrics::FamilySnapshot& family) {
  name_ = family.name();
  const double multiplier = family.histogram().multiplier;
  SetBounds(family.histogram().bounds);
  std::size_t longest_bound = 0;
  for (const PaddedText& bound : bounds_) longest_bound = std::max(longest_bound, bound.size());

  family.ForEachSample([&](const metrics::Sample& sample) {
    const std::string_view labels = sample.labels().text();
    const std::span<const std::uint64_t> buckets = sample.buckets();
    before_labels_.Set({name_, "_bucket{", labels, labels.empty() ? "" : ","});
    const std::size_t room =
        before_labels_.size() + longest_bound + 2 * kBlock + kMaxNumberSize + 1;
    std::uint64_t count = 0;
    for (std::size_t bound = 0; bound < bounds_.size(); ++bound) {
      char* out = page_.Room(room);
      count =
          metrics::SaturatingAdd(count, bound < buckets.size() ? buckets[bound] : sample.above());
      out = WriteUnsigned(count, bounds_[bound].CopyTo(before_labels_.CopyTo(out)));
      *out++ = '\n';
      page_.Advance(out);
    }
    after_name_.Set({labels.empty() ? "" : "{", labels, labels.empty() ? " " : "} "});
    WriteSumAndCount(sample.sum(), multiplier, count);
    if (created_before_labels_.size() > 0) WriteCreated(labels);
  });
}

void TextFamilyWriter::WriteSumAndCount(const metrics::Number& sum, double multiplier,
                                        std::uint64_t count) {
  // A sum in OpenMetrics never falls; a histogram has either both of the lines or none.
  if (is_open_metrics() && sum.AsDouble() < 0) return;
  char* out = page_.Room(2 * (name_.size() + after_name_.size() + 2 * kBlock + kMaxNumberSize));
  out = after_name_.CopyTo(CopyText("_sum", CopyText(name_, out)));
  // Exact without a multiplier, as a double with one.
  out = multiplier == 1 ? WriteNumber(sum, out) : WriteDouble(sum.AsDouble() * multiplier, out);
  *out++ = '\n';
  out = after_name_.CopyTo(CopyText("_count", CopyText(name_, out)));
  out = WriteUnsigned(count, out);
  *out++ = '\n';
  page_.Advance(out);
}

}  // namespace bpf_exporter::exposition
