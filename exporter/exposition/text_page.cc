// SPDX-License-Identifier: Apache-2.0
#include "exposition/text_page.h"

#include <algorithm>
#include <string>
#include <vector>

#include "exposition/number.h"
#include "exposition/padded_text.h"

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

// Writes families one after the other; keeps its memory from one to the next.
class FamilyWriter {
 public:
  explicit FamilyWriter(PageWriter& page) : page_(page) {}

  void Write(const metrics::FamilySnapshot& family) {
    WriteHead(family);
    if (family.kind() == config::MetricKind::kHistogram) {
      WriteHistograms(family);
    } else {
      WriteNumbers(family);
    }
  }

 private:
  void WriteHead(const metrics::FamilySnapshot& family);
  void WriteNumbers(const metrics::FamilySnapshot& family);
  void WriteHistograms(const metrics::FamilySnapshot& family);
  void SetBounds(const std::vector<double>& bounds);

  PageWriter& page_;
  PaddedText before_labels_;
  PaddedText without_labels_;
  PaddedText after_name_;
  std::vector<PaddedText> bounds_;
};

void FamilyWriter::WriteHead(const metrics::FamilySnapshot& family) {
  page_.Write("# HELP ");
  page_.Write(family.name());
  page_.Write(" ");
  std::string_view help = family.help();
  while (!help.empty()) {
    const std::size_t special = std::min(help.find_first_of("\n\\"), help.size());
    page_.Write(help.substr(0, special));
    if (special < help.size()) page_.Write(help[special] == '\n' ? "\\n" : "\\\\");
    help.remove_prefix(std::min(special + 1, help.size()));
  }
  page_.Write("\n# TYPE ");
  page_.Write(family.name());
  page_.Write(" ");
  page_.Write(config::KindName(family.kind()));
  page_.Write("\n");
}

void FamilyWriter::WriteNumbers(const metrics::FamilySnapshot& family) {
  without_labels_.Set({family.name(), " "});
  before_labels_.Set({family.name(), "{"});
  const std::size_t room = before_labels_.size() + 2 * kBlock + 4 + kMaxNumberSize;
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
  });
}

// Makes what follows the other labels of a bucket, for each bound and for infinity.
void FamilyWriter::SetBounds(const std::vector<double>& bounds) {
  bounds_.resize(bounds.size() + 1);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    char number[kMaxNumberSize];
    const auto size = static_cast<std::size_t>(WriteDouble(bounds[i], number) - number);
    bounds_[i].Set({"le=\"", {number, size}, "\"} "});
  }
  bounds_.back().Set({"le=\"+Inf\"} "});
}

void FamilyWriter::WriteHistograms(const metrics::FamilySnapshot& family) {
  const std::string_view name = family.name();
  const double multiplier = family.histogram().multiplier;
  SetBounds(family.histogram().bounds);
  std::size_t longest_bound = 0;
  for (const PaddedText& bound : bounds_) longest_bound = std::max(longest_bound, bound.size());

  family.ForEachSample([&](const metrics::Sample& sample) {
    const std::string_view labels = sample.labels().text();
    const std::span<const std::uint64_t> buckets = sample.buckets();
    before_labels_.Set({name, "_bucket{", labels, labels.empty() ? "" : ","});
    const std::size_t room =
        before_labels_.size() + longest_bound + 2 * kBlock + kMaxNumberSize + 1;
    std::uint64_t count = 0;
    for (std::size_t bound = 0; bound < bounds_.size(); ++bound) {
      char* out = page_.Room(room);
      count += bound < buckets.size() ? buckets[bound] : sample.above();
      out = WriteUnsigned(count, bounds_[bound].CopyTo(before_labels_.CopyTo(out)));
      *out++ = '\n';
      page_.Advance(out);
    }
    after_name_.Set({labels.empty() ? "" : "{", labels, labels.empty() ? " " : "} "});
    char* out = page_.Room(2 * (name.size() + after_name_.size() + 2 * kBlock + kMaxNumberSize));
    out = after_name_.CopyTo(CopyText("_sum", CopyText(name, out)));
    // Exact without a multiplier, as a double with one.
    out = multiplier == 1 ? WriteNumber(sample.sum(), out)
                          : WriteDouble(sample.sum().AsDouble() * multiplier, out);
    *out++ = '\n';
    out = after_name_.CopyTo(CopyText("_count", CopyText(name, out)));
    out = WriteUnsigned(count, out);
    *out++ = '\n';
    page_.Advance(out);
  });
}

}  // namespace

void WriteTextPage(const metrics::Snapshot& snapshot, PageWriter& writer) {
  FamilyWriter families(writer);
  snapshot.ForEachFamily([&](const metrics::FamilySnapshot& family) { families.Write(family); });
}

}  // namespace bpf_exporter::exposition
