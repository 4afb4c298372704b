// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

// What `promtool check metrics` says of names. It reads them on the page of an exporter that runs;
// here they are known before.
namespace bpf_exporter::plan {

// Returns, in promtool's words, what is against the exposed name of a metric: "counter metrics
// should have "_total" suffix". Empty: nothing is.
std::vector<std::string> LintName(config::MetricKind kind, std::string_view name);

// Returns the same of one of its labels.
std::vector<std::string> LintLabel(config::MetricKind kind, std::string_view label);

}  // namespace bpf_exporter::plan
