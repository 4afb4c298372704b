// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

// Links of the kernel's that run a program at many functions, made without libbpf: Debian 12's does
// not know them all.
namespace bpf_exporter::kernel {

// A kind of them; the program has to be loaded for it.
enum class MultiLink {
  kKprobe,         // Linux 5.18 with CONFIG_FPROBE
  kUprobe,         // Linux 6.6
  kKprobeSession,  // Linux 6.10 with CONFIG_FPROBE
  kUprobeSession,  // Linux 6.13
};

// Returns the attach type that a program is loaded with for links of that kind.
bpf_attach_type AttachTypeOf(MultiLink kind);

// Returns the kind that a program with this attach type was loaded for; nothing: for links to one
// function.
std::optional<MultiLink> MultiLinkOf(bpf_attach_type type);

// Asks the kernel whether it makes links of that kind; loads a program for it.
bool HasMultiLink(MultiLink kind);

// Runs the program at functions of the kernel, at their returns with `at_return`. Errors have the
// kernel's errno: ESRCH, a function that cannot be probed so.
Result<Fd> LinkToFunctions(int program_fd, MultiLink kind, const std::vector<std::string>& names,
                           bool at_return);

// Runs the program in the file at `path` at these offsets, in every process.
Result<Fd> LinkToOffsets(int program_fd, MultiLink kind, const std::string& path,
                         const std::vector<std::uint64_t>& offsets, bool at_return);

}  // namespace bpf_exporter::kernel
