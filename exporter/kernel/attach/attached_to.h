// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/attach/attachment.h"

namespace bpf_exporter::kernel {

// Asks the kernel where an attachment is: the index of the interface (XDP, tc, socket filters), or
// the id of the cgroup, which is its folder's inode number. 0: nowhere any more, as the interface
// or the cgroup is gone or somebody detached it; the program does not run there. Nothing: it is
// attached to something else, or the kernel does not tell.
std::optional<std::uint64_t> AttachedTo(const Attachment& attachment);

}  // namespace bpf_exporter::kernel
