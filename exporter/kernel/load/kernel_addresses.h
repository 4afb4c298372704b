// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "plan/plan.h"

struct bpf_object;

namespace bpf_exporter::kernel {

// Writes the addresses of the symbols under `kaddrs` into the constants kaddr_NAME of an object
// that is not loaded yet. Of several symbols of one name, modules' included, the first in
// /proc/kallsyms counts. A symbol that is not there, or whose address the kernel hides, is an
// error.
Status SetKernelAddresses(const plan::ConfigPlan& plan, bpf_object* object);

}  // namespace bpf_exporter::kernel
