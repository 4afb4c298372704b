// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <string>

namespace bpf_exporter::object {

// Returns "kprobe", "socket_filter" … as libbpf names types of programs; "type N" for a type that
// is not known here.
std::string ProgramTypeName(bpf_prog_type type);

}  // namespace bpf_exporter::object
