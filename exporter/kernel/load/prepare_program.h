// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include "base/result.h"
#include "plan/plan.h"

namespace bpf_exporter::kernel {

// Gives a program that is not loaded yet what libbpf could not tell from its section: its type, the
// attach type and, where the kernel ties a program to its target when it loads it, that target.
// Errors: no target of the plan is in this kernel's BTF, or there is no such attach type.
Status PrepareProgram(bpf_program* program, const plan::ProgramPlan& plan);

}  // namespace bpf_exporter::kernel
