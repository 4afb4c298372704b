// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "kernel/load/object.h"

namespace bpf_exporter::kernel {

// What the kernel says of a loaded program.
struct ProgramInfo {
  std::uint32_t id = 0;
  std::string tag;  // 16 hex digits
  ProgramRun run;
};

Result<ProgramInfo> ReadProgramInfo(int fd);

}  // namespace bpf_exporter::kernel
