// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "metrics/label_text.h"
#include "plan/plan.h"

namespace bpf_exporter::metrics {

// Finds out which series a key makes for one metric, or why it makes none. Snapshots and /maps both
// ask it, so that they agree. Keeps its buffers, so that it costs no memory for each key.
class KeySeries {
 public:
  enum class Outcome {
    kSeries,
    kProvisional,  // a series, but one of its labels may get a better value: ask again later
    kSkipped,      // the decoders skip the key, by the configuration's wish
    kNotZero,      // the metric has no labels, so only a key of zeros makes a series
    kUndecodable,  // see text()
  };

  // `metric` outlives this.
  explicit KeySeries(const plan::MetricPlan& metric) : metric_(metric) {}

  // Decodes `key`, of `size` bytes. `cpu` is for labels that stand for the CPU.
  Outcome Decode(const std::byte* key, std::size_t size, std::uint32_t cpu);

  // Returns the labels of the series (the text of a LabelSet); of kUndecodable, why.
  const std::string& text() const { return labels_.text(); }
  // Returns the bucket number of a series whose metric has it in the key, and the cell among those
  // of the series that it counts into; 0 for other metrics.
  std::uint64_t bucket() const { return bucket_; }
  std::uint32_t cell() const { return cell_; }

 private:
  const plan::MetricPlan& metric_;
  LabelText labels_;
  std::uint64_t bucket_ = 0;
  std::uint32_t cell_ = 0;
};

}  // namespace bpf_exporter::metrics
