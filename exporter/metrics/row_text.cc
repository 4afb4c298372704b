// SPDX-License-Identifier: Apache-2.0
// Tests: map_dump_test.cc
#include "metrics/row_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/bytes.h"
#include "metrics/buckets.h"
#include "metrics/merge.h"

namespace bpf_exporter::metrics {
namespace {

// Returns the value of the CPUs from `first` to before `end`, as two's complement if it is signed.
std::uint64_t Merged(const plan::ValueField& field, bool may_cancel, const MapRows& rows,
                     std::size_t row, std::size_t first, std::size_t end) {
  std::uint64_t merged = 0;
  Carry carry;
  for (std::size_t cpu = first; cpu < end; ++cpu) {
    const std::byte* from = rows.Value(row, cpu) + field.offset;
    const std::uint64_t one =
        field.is_signed ? LoadSigned(from, field.width) : LoadUnsigned(from, field.width);
    carry += CarryOf(merged, one);
    merged += one;
  }
  Saturate(carry, {field.is_signed, may_cancel}, merged);
  return merged;
}

void AppendNumber(const plan::ValueField& field, std::uint64_t number, std::string& out) {
  if (field.is_signed) {
    fmt::format_to(std::back_inserter(out), "{}", static_cast<std::int64_t>(number));
  } else {
    fmt::format_to(std::back_inserter(out), "{}", number);
  }
}

}  // namespace

RowText::RowText(const plan::MetricPlan& metric)
    : metric_(metric),
      series_(metric),
      by_cpu_(std::any_of(metric.labels.begin(), metric.labels.end(),
                          [](const plan::LabelPlan& label) { return label.is_cpu; })) {}

void RowText::Append(const MapRows& rows, std::size_t row, std::string& out) {
  if (!by_cpu_) {
    AppendSeries(rows, row, 0, rows.shape.cpus, out);
    return;
  }
  for (std::size_t cpu = 0; cpu < rows.shape.cpus; ++cpu) {
    AppendSeries(rows, row, cpu, cpu + 1, out);
  }
}

bool RowText::AppendBucket(std::string& out) const {
  const plan::HistogramPlan& histogram = metric_.histogram;
  if (!histogram.bucket) return false;
  if (series_.cell() == SumCell(histogram)) {
    out += "sum: ";
  } else {
    fmt::format_to(std::back_inserter(out), "bucket {}: ", series_.bucket());
  }
  return series_.cell() == OutsideCell(histogram);
}

void RowText::AppendSeries(const MapRows& rows, std::size_t row, std::size_t first_cpu,
                           std::size_t end_cpu, std::string& out) {
  out.append("  ").append(metric_.family);
  const KeySeries::Outcome outcome =
      series_.Decode(rows.Key(row), rows.shape.key_size, static_cast<std::uint32_t>(first_cpu));
  switch (outcome) {
    case KeySeries::Outcome::kNotZero:
      out += ": no series: only a key of zeros has one, for the metric has no labels\n";
      return;
    case KeySeries::Outcome::kSkipped:
      out += ": no series: its decoders skip the key\n";
      return;
    case KeySeries::Outcome::kUndecodable:
      out.append(": no series: ").append(series_.text()) += '\n';
      return;
    case KeySeries::Outcome::kSeries:
    case KeySeries::Outcome::kProvisional:
      break;
  }
  if (!series_.text().empty()) out.append("{").append(series_.text()).append("}");
  out += ' ';
  const bool outside = AppendBucket(out);

  const bool is_gauge = metric_.kind == config::MetricKind::kGauge;
  bool all_zero = true;
  const auto append = [&](const plan::ValueField& field) {
    const std::uint64_t number = Merged(field, is_gauge, rows, row, first_cpu, end_cpu);
    all_zero = all_zero && number == 0;
    AppendNumber(field, number, out);
  };
  if (const plan::HistogramPlan& histogram = metric_.histogram; histogram.array) {
    plan::ValueField element = *histogram.array;
    out += "buckets:";
    for (std::uint32_t i = 0; i < histogram.array_size; ++i, element.offset += element.width) {
      out += ' ';
      append(element);
    }
    if (histogram.sum) {
      out += ", sum: ";
      append(*histogram.sum);
    }
  } else {
    append(metric_.value);
    if (end_cpu - first_cpu > 1) {
      out += " = ";
      for (std::size_t cpu = first_cpu; cpu < end_cpu; ++cpu) {
        if (cpu > first_cpu) out += " + ";
        AppendNumber(metric_.value, Merged(metric_.value, is_gauge, rows, row, cpu, cpu + 1), out);
      }
    }
  }
  if (outside) out += ", outside of the histogram";
  if (metric_.skip_zero && all_zero) out += ", no series: skip_zero";
  out += '\n';
}

}  // namespace bpf_exporter::metrics
