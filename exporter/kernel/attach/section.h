// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

// ELF sections of the dialect that libbpf does not know.
namespace bpf_exporter::kernel {

// SEC("perf_event/type=T,config=C,frequency=F").
struct PerfEvent {
  std::uint32_t type = 0;
  std::uint64_t config = 0;
  std::uint64_t frequency = 0;  // 0: the event counts and never samples
};
// Nothing: not such a section. An error: such a section, but wrong.
std::optional<Result<PerfEvent>> ParsePerfEventSection(std::string_view section);

// The interface of SEC("xdp/DEV"); empty for every other section,
// libbpf's own xdp/devmap and xdp/cpumap among them.
std::string_view XdpSectionInterface(std::string_view section);

}  // namespace bpf_exporter::kernel
