// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/kernel_facts.h"

namespace bpf_exporter::kernel {

// What libbpf's log says of an object that did not load.
struct LoadFailure {
  std::string program;   // the program at fault; empty: a map, the BTF, the object as a whole
  std::string map;       // the map at fault, if it is one
  std::string symbol;    // the symbol that the kernel lacks, if it is one
  std::string function;  // the function of an fentry or fexit program that it lacks, if it is one
  bool lacks_kernel_config = false;  // what options are set to cannot be read
  // Does not name the program: "load: Permission denied; the verifier says: … | R0 !read_ok".
  Error error;
};

// `lines` are libbpf's messages in order, `code` the errno that loading returned. The verifier's
// log, if it is there, is cut to its last telling lines.
LoadFailure ExplainLoadFailure(const std::vector<std::string>& lines, int code,
                               const KernelFacts& facts);

// The last lines of a verifier's log that tell something, at most five, oldest first.
std::vector<std::string> TellingLines(const std::vector<std::string>& verifier_log);

}  // namespace bpf_exporter::kernel
