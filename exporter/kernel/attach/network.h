// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "kernel/attach/attachment.h"
#include "plan/place.h"

// The kinds that concern interfaces and cgroups. Each expects a loaded program of the right type.
namespace bpf_exporter::kernel {

// Attaches to the interface that the place names; it is no glob. Errors read "xdp: cause; remedy".
Result<Attachment> AttachXdp(const bpf_program* program, const plan::Place& place);
// `config` is the name of the configuration for which it is attached.
Result<Attachment> AttachTc(const bpf_program* program, const plan::Place& place,
                            const std::string& config);
Result<Attachment> AttachSocketFilter(const bpf_program* program, const plan::Place& place);

// Returns the whole path of the cgroup that the place names: absolute, or from where cgroup2 is
// mounted.
std::string CgroupPath(const plan::Place& place);

// Attaches to the cgroup whose path the place names, absolute or from where cgroup2 is mounted.
Result<Attachment> AttachCgroup(const bpf_program* program, const plan::Place& place);

}  // namespace bpf_exporter::kernel
