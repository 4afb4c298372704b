// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "kernel/attach/attachment.h"

namespace bpf_exporter::kernel {

// Attaches a loaded program as its ELF section says. Errors read "section 'x': cause; remedy".
Result<Attachment> AttachBySection(const bpf_program* program);

}  // namespace bpf_exporter::kernel
