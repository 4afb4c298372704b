// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace bpf_exporter::kernel {

// What the kernel counts of one program; all 0 while statistics are off or it is not loaded.
struct ProgramRun {
  std::uint64_t run_time_ns = 0;
  std::uint64_t run_count = 0;
};

// What the kernel says of a loaded program.
struct ProgramInfo {
  std::uint32_t id = 0;
  std::string tag;  // 16 hex digits
  ProgramRun run;
};

// Asks the kernel for the program behind `fd`.
Result<ProgramInfo> ReadProgramInfo(int fd);

// Returns what the kernel counts of each of these programs, by their ids.
std::map<std::uint32_t, ProgramRun> ReadProgramRuns(std::span<const int> descriptors);

// Switches run statistics on for as long as the result lives, whatever
// kernel.bpf_stats_enabled says. Needs kernel 5.8 and CAP_SYS_ADMIN.
Result<Fd> EnableStats();

}  // namespace bpf_exporter::kernel
