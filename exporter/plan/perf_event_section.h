// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

// The ELF section of cloudflare/ebpf_exporter for perf events, which libbpf does not know.
namespace bpf_exporter::plan {

// SEC("perf_event/type=T,config=C,frequency=F").
struct PerfEvent {
  std::uint32_t type = 0;
  std::uint64_t config = 0;
  std::uint64_t frequency = 0;  // 0: the event counts and never samples
};

// Why a program of an event without a frequency is not attached, and what it needs.
inline constexpr std::string_view kNeedsFrequency =
    "an event runs its program only with a frequency, in samples a second on each CPU";

// Returns nothing for other sections, and an error for one of them that is wrong.
std::optional<Result<PerfEvent>> ParsePerfEventSection(std::string_view section);

}  // namespace bpf_exporter::plan
