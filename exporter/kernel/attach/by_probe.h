// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "kernel/attach/attachment.h"
#include "plan/place.h"

namespace bpf_exporter::kernel {

// Attaches a loaded program to a place that an entry under `probes:` names; it is no glob. Of
// several targets it takes the first that works. `config` is the name of the configuration for
// which it is attached. Errors read "kprobe 'a', 'b': cause; remedy".
Result<Attachment> AttachByProbe(const bpf_program* program, const plan::Place& place,
                                 const std::string& config);

}  // namespace bpf_exporter::kernel
