// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kernel/kernel_facts.h"

namespace bpf_exporter::kernel {

enum class SystemCall { kBpf, kPerfEventOpen };

// Returns the errno with which the kernel refuses the whole system call to this process, whatever
// it asks for: EPERM or ENOSYS; 0 if it does not. EACCES is not one of them: kernels of Debian and
// Ubuntu answer so where kernel.perf_event_paranoid is 3. Asks for something that does nothing.
int RefusalOf(SystemCall call);

// Returns why an error of the system call has nothing to do with what was asked for: the process is
// in a user namespace, a filter or the kernel refuses all of it. Empty if that is not so.
std::string ExplainRefusal(SystemCall call, int code, const KernelFacts& facts);

}  // namespace bpf_exporter::kernel
