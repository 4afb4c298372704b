// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace bpf_exporter::object {

// `type` is a number of enum bpf_prog_type (linux/bpf.h), or any other. Returns "kprobe",
// "socket_filter" … as libbpf names types of programs; "type N" for a type that is not known here.
std::string ProgramTypeName(std::uint32_t type);

}  // namespace bpf_exporter::object
