// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/exit_code.h"
#include "plan/resolve.h"

namespace bpf_exporter::app {

struct CheckOptions {
  std::string config_dir;
  std::vector<std::string> names;  // of configurations in config_dir; empty: all of them
  std::vector<std::string> files;  // paths of YAML files; if there are any, instead of config_dir
  std::string programs_dir;
  plan::ResolveOptions resolve;
  std::vector<std::string> by_cgroup = {};  // names of those that count by control group
  bool memory = false;                      // whether to print what each map takes
  std::uint32_t buffer_pages = 64;          // of a perf buffer, for each CPU
  std::optional<std::uint64_t> max_memory;  // of the kernel for a configuration's maps, in bytes
};

// `bpf_exporter check`: reads configurations and their objects up to the plan, without a kernel
// and without privilege. Prints "FILE: ok" to standard output and what is wrong to standard error.
// A configuration that takes more kernel memory than any start would allow cannot work: by default
// that is a map over 1 GiB, with the CPUs of this machine.
// Returns kFine, or kCannotWork if a configuration cannot work. Call before threads exist.
ExitCode Check(const CheckOptions& options);

}  // namespace bpf_exporter::app
