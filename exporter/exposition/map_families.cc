// SPDX-License-Identifier: Apache-2.0
#include "exposition/map_families.h"

#include <algorithm>
#include <string>
#include <vector>

#include "exposition/number.h"

namespace bpf_exporter::exposition {
namespace {

constexpr std::size_t kBlock = 16;

void CopyBlock(const char* from, char* to) { std::memcpy(to, from, kBlock); }

// A short text that is copied many times, in blocks: `text` has kBlock bytes to spare behind it,
// and so has what it is written to.
struct Stamp {
  explicit Stamp(std::string_view from = {}) { Set({from}); }

  void Set(std::initializer_list<std::string_view> parts) {
    text.clear();
    for (const std::string_view part : parts) text += part;
    size = text.size();
    text.append(kBlock, '\0');
  }
  char* Write(char* out) const {
    const char* from = text.data();
    for (std::size_t at = 0; at < size; at += kBlock) CopyBlock(from + at, out + at);
    return out + size;
  }

  std::string text;
  std::size_t size = 0;
};

// Copies a text that must not be read beyond its end to where may be written beyond it. A call of
// memcpy would cost about as much as the copying: label texts are tens of bytes.
char* CopyText(std::string_view text, char* out) {
  const char* from = text.data();
  const std::size_t size = text.size();
  if (size < kBlock) {
    std::memcpy(out, from, size);
    return out + size;
  }
  for (std::size_t at = 0; at < size - kBlock; at += kBlock) CopyBlock(from + at, out + at);
  CopyBlock(from + size - kBlock, out + size - kBlock);
  return out + size;
}

void WriteNumbers(const metrics::FamilySnapshot& family, PageWriter& writer) {
  const Stamp bare(family.metric->family + " ");
  const Stamp open(family.metric->family + "{");
  const std::size_t room = open.size + 2 * kBlock + 4 + kLongestNumber;
  const bool is_signed = family.is_signed && family.metric->kind == config::MetricKind::kGauge;

  family.ForEach([&](std::string_view labels, const std::uint64_t* cells) {
    char* out = writer.Room(room + labels.size());
    if (labels.empty()) {
      out = bare.Write(out);
    } else {
      out = CopyText(labels, open.Write(out));
      *out++ = '}';
      *out++ = ' ';
    }
    out = is_signed ? WriteSigned(static_cast<std::int64_t>(*cells), out)
                    : WriteUnsigned(*cells, out);
    *out++ = '\n';
    writer.Advance(out);
  });
}

std::vector<Stamp> BoundTexts(const std::vector<double>& bounds) {
  std::vector<Stamp> texts;
  for (const double bound : bounds) {
    char number[kLongestNumber];
    Stamp& stamp = texts.emplace_back();
    stamp.Set(
        {"le=\"", {number, static_cast<std::size_t>(WriteDouble(bound, number) - number)}, "\"} "});
  }
  texts.emplace_back("le=\"+Inf\"} ");
  return texts;
}

// Exact without a multiplier, as a double with one.
template <typename Number>
char* WriteSum(Number sum, double multiplier, char* (*write)(Number, char*), char* out) {
  if (multiplier == 1) return write(sum, out);
  return WriteDouble(static_cast<double>(sum) * multiplier, out);
}

void WriteHistograms(const metrics::FamilySnapshot& family, PageWriter& writer) {
  const std::string& name = family.metric->family;
  const plan::HistogramPlan& histogram = family.metric->histogram;
  const std::vector<Stamp> bounds = BoundTexts(histogram.bounds);
  std::size_t longest = 0;
  for (const Stamp& bound : bounds) longest = std::max(longest, bound.size);

  Stamp head;
  Stamp tail;
  family.ForEach([&](std::string_view labels, const std::uint64_t* cells) {
    head.Set({name, "_bucket{", labels, labels.empty() ? "" : ","});
    std::uint64_t count = 0;
    for (std::size_t bound = 0; bound < bounds.size(); ++bound) {
      char* out = writer.Room(head.size + longest + 2 * kBlock + kLongestNumber + 1);
      if (bound < histogram.bounds.size()) count += cells[bound];
      out = WriteUnsigned(count, bounds[bound].Write(head.Write(out)));
      *out++ = '\n';
      writer.Advance(out);
    }
    tail.Set({labels.empty() ? "" : "{", labels, labels.empty() ? " " : "} "});
    char* out = writer.Room(2 * (name.size() + tail.size + 2 * kBlock + kLongestNumber));
    out = tail.Write(CopyText("_sum", CopyText(name, out)));
    const std::uint64_t sum = cells[histogram.bounds.size()];
    out = family.is_signed
              ? WriteSum(static_cast<std::int64_t>(sum), histogram.multiplier, &WriteSigned, out)
              : WriteSum(sum, histogram.multiplier, &WriteUnsigned, out);
    *out++ = '\n';
    out = tail.Write(CopyText("_count", CopyText(name, out)));
    out = WriteUnsigned(count, out);
    *out++ = '\n';
    writer.Advance(out);
  });
}

}  // namespace

void WriteHeader(std::string_view name, std::string_view help, std::string_view type,
                 PageWriter& writer) {
  std::string text = "# HELP ";
  text.append(name) += ' ';
  for (const char c : help) {
    if (c == '\n') {
      text += "\\n";
    } else {
      if (c == '\\') text += '\\';
      text += c;
    }
  }
  text.append("\n# TYPE ").append(name) += ' ';
  text.append(type) += '\n';
  writer.Write(text);
}

void WriteSamples(const metrics::FamilySnapshot& family, PageWriter& writer) {
  if (family.metric->kind == config::MetricKind::kHistogram) {
    WriteHistograms(family, writer);
  } else {
    WriteNumbers(family, writer);
  }
}

}  // namespace bpf_exporter::exposition
