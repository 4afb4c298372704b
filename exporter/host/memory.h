// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bpf_exporter::host {

// What decides on the size of a map beside its declaration: by default the smallest machine, with a
// new kernel.
struct Machine {
  std::uint32_t cpus = 1;             // possible ones, which per-CPU memory is made for
  std::uint32_t page_size = 4096;     // bytes
  std::uint32_t kernel = UINT32_MAX;  // its version as KERNEL_VERSION() has it, without the patch
};

// Reads them from sysfs, mounted at `sys`, and from the system. What cannot be told is the default.
Machine ReadMachine(const std::string& sys = "/sys");

// The memory limit of a cgroup that this process is in.
struct CgroupMemory {
  std::string path;         // its folder
  std::uint64_t limit = 0;  // bytes
  std::uint64_t free = 0;   // of the limit; file pages that can be dropped count as free
};

struct Memory {
  std::optional<std::uint64_t> available;  // MemAvailable, bytes; nothing if it cannot be read
  std::vector<CgroupMemory> cgroups;       // those with a limit: its own, and up from there
};

// Reads them as they are now, of cgroup v2 and of v1. `proc`: where proc is mounted.
Memory ReadMemory(const std::string& proc = "/proc");

}  // namespace bpf_exporter::host
