// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "metrics/buckets.h"
#include "metrics/label_text.h"
#include "metrics/map_rows.h"
#include "plan/plan.h"

namespace bpf_exporter::metrics {

// What one metric makes of a map's rows, as text for people.
class RowText {
 public:
  // The plan outlives this.
  explicit RowText(const plan::MetricPlan& metric);

  // Appends a line, or one for each CPU if a label says which: the series and its raw numbers, or
  // the reason why there is no series.
  void Append(const MapRows& rows, std::size_t row, std::string& out);

 private:
  void AppendSeries(const MapRows& rows, std::size_t row, std::size_t first_cpu,
                    std::size_t end_cpu, std::string& out);
  // Makes what stands before the numbers ("bucket 3: "), and behind them (note_).
  decode::Decoded BuildBucket(const std::byte* key);

  const plan::MetricPlan& metric_;
  const bool by_cpu_;
  LabelText labels_;
  std::string bucket_;
  std::string note_;
};

}  // namespace bpf_exporter::metrics
