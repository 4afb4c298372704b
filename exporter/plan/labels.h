// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "plan/label_bytes.h"

namespace bpf_exporter::plan {

// What labels become. `bucket` is the histogram's last label, if it was asked for.
struct LabelPlans {
  std::vector<LabelPlan> exposed;  // sorted by name
  std::optional<LabelPlan> bucket;
  bool of_key = false;  // whether any label, or the bucket, is taken from the bytes
};

enum class LastLabel { kExposed, kBucketNumber };

// Resolves the labels of a metric or span over `bytes`. Where each CPU has its row, a label `cpu`
// can be the CPU's number instead. `last` says what the last of the others is.
// Reports every error; returns nothing if there was one.
std::optional<LabelPlans> ResolveLabels(const Scope& scope, const LabelBytes& bytes,
                                        const std::vector<config::LabelSpec>& labels,
                                        LastLabel last);

// Reports what is wrong with the decoders of labels whose bytes are not known.
void CheckDecoders(const Scope& scope, const std::vector<config::LabelSpec>& labels);

}  // namespace bpf_exporter::plan
