// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "metrics/key_series.h"
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
  // Appends which bucket the numbers are of, if the key says so: "bucket 3: ". Returns whether it
  // is outside of the histogram.
  bool AppendBucket(std::string& out) const;

  const plan::MetricPlan& metric_;
  KeySeries series_;
  const bool by_cpu_;
};

}  // namespace bpf_exporter::metrics
