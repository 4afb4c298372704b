// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/mapping.h"

namespace bpf_exporter::config {

// Each reads the key of its name; they report what is wrong with it.
void ReadBucketType(const Field& field, HistogramSpec& histogram);
std::optional<std::int64_t> ReadBucketNumber(const Field& field);
double ReadMultiplier(const Field& field);
void ReadBucketKeys(const Field& field, HistogramSpec& histogram);

// Reports bounds that make no histogram. `subject` names it in messages.
void CheckHistogram(const Field& field, const std::string& subject, const MetricSpec& metric);

// Returns the words of `bucket_type`, in the order of BucketType.
std::vector<std::string> BucketTypeNames();

}  // namespace bpf_exporter::config
