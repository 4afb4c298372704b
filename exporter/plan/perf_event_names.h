// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/perf_event_section.h"

namespace bpf_exporter::plan {

// Returns the event of `perf_event: {event: NAME}`: one of hardware or software as perf calls it,
// "cpu-clock", "instructions", or "TYPE/CONFIG" in numbers. Nothing if there is none.
std::optional<PerfEvent> PerfEventByName(std::string_view name);

// Returns the names that events have, of each the first.
std::vector<std::string> PerfEventNames();

}  // namespace bpf_exporter::plan
