// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config/mapping.h"

namespace bpf_exporter::config {

extern const Mapping<DecoderSpec> kDecoderMapping;
extern const Mapping<LabelSpec> kLabelMapping;

// Reads a list of labels, each short (its name) or long (a mapping), or several of one field:
// `{FIELD: [LABEL, …]}`.
std::vector<LabelSpec> ReadLabels(const Field& field);

// Reports names that Prometheus does not take and names that are there twice. With
// `last_is_bucket` the last label is a histogram's bucket, which is not exposed.
void CheckMetricLabels(const std::vector<LabelSpec>& labels, bool histogram, bool last_is_bucket,
                       Diagnostics& diagnostics);
// Reports span labels of one name; they may have any name otherwise.
void CheckLabelsDiffer(const std::vector<LabelSpec>& labels, Diagnostics& diagnostics);

}  // namespace bpf_exporter::config
