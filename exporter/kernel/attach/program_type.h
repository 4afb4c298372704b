// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

// What sort of program a section or an entry under `probes:` asks for.
namespace bpf_exporter::kernel {

// As `probes:` spells it: "kprobe", "socket_filter" …
std::string_view ProbeKindName(config::ProbeKind kind);

// The program's entries under `probes:`, equal ones once: nothing attaches twice to one place.
std::vector<config::ProbeSpec> ProbesOf(const config::Config& config, const std::string& program);

// Gives a program, before it is loaded, the type that its section or its entries under `probes:`
// imply where libbpf could not tell. Errors: the program is of another kind than an entry, or the
// entry's target is not in this kernel's BTF.
Status PrepareProgram(bpf_program* program, const std::vector<config::ProbeSpec>& probes);

}  // namespace bpf_exporter::kernel
