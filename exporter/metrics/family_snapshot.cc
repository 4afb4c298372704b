// SPDX-License-Identifier: Apache-2.0
// Tests: native_histograms_test.cc
#include "metrics/family_snapshot.h"

#include <numeric>

#include "metrics/merge.h"

namespace bpf_exporter::metrics {

CountsOfBounds::CountsOfBounds(const plan::HistogramPlan& histogram)
    : bounds_(histogram.bounds.size()) {
  if (histogram.type != config::BucketType::kNative) return;
  cells_a_bound_ = std::size_t{1} << histogram.native->schema;
  sums_.resize(bounds_);
}

void CountsOfBounds::Add(const std::uint64_t* cells) {
  sums_[0] = *cells++;
  for (std::size_t bound = 1; bound < bounds_; ++bound, cells += cells_a_bound_) {
    sums_[bound] = std::accumulate(cells, cells + cells_a_bound_, std::uint64_t{0}, SaturatingAdd);
  }
  above_ = *cells;
  counts_ = sums_.data();
}

}  // namespace bpf_exporter::metrics
