// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include "base/result.h"
#include "plan/place.h"

namespace bpf_exporter::kernel {

// Asks the kernel whether this process could attach `program`, which is loaded, at `place` now, if
// its interface, cgroup or CPU came: tries it where there is none, which fails, but with another
// error than for want of a capability. Errors read "xdp eth0: cause; remedy". Of places that do not
// come and go it says nothing.
Status MayAttach(const bpf_program* program, const plan::Place& place);

}  // namespace bpf_exporter::kernel
