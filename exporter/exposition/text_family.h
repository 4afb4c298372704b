// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "exposition/format.h"
#include "exposition/padded_text.h"
#include "exposition/page_writer.h"
#include "metrics/family_snapshot.h"

namespace bpf_exporter::exposition {

// The two formats that are text. They differ in what comes before the series of a family, in how
// bounds are written, and in the lines about when counting began.
enum class TextFormat { kPrometheus, kOpenMetrics };

// Writes families one after the other; keeps its memory from one to the next.
class TextFamilyWriter {
 public:
  TextFamilyWriter(TextFormat format, const FormatOptions& options, PageWriter& page)
      : format_(format), options_(options), page_(page) {}

  void Write(const metrics::FamilySnapshot& family);

 private:
  bool is_open_metrics() const { return format_ == TextFormat::kOpenMetrics; }
  void WriteHead(const metrics::FamilySnapshot& family);
  void WriteHelp(std::string_view help);
  void WriteComment(const char* what, std::string_view family);
  void WriteNumbers(const metrics::FamilySnapshot& family);
  void WriteHistograms(const metrics::FamilySnapshot& family);
  void WriteSumAndCount(const metrics::Number& sum, double multiplier, std::uint64_t count);
  void SetBounds(const std::vector<double>& bounds);
  void SetCreated(const metrics::FamilySnapshot& family);
  // Writes when the counting of the series with these labels began.
  void WriteCreated(std::string_view labels);

  const TextFormat format_;
  const FormatOptions options_;
  PageWriter& page_;
  PaddedText before_labels_;
  PaddedText without_labels_;
  PaddedText after_name_;
  std::vector<PaddedText> bounds_;
  std::string name_;                  // of the family's series, without a suffix
  PaddedText created_before_labels_;  // without text: there are no such lines
  PaddedText created_without_labels_;
  PaddedText created_time_;
};

}  // namespace bpf_exporter::exposition
