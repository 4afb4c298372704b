// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "config/config.h"
#include "kernel/attach/perf_events.h"
#include "kernel/attach/tc_filter.h"
#include "kernel/handles.h"
#include "kernel/kernel_facts.h"

namespace bpf_exporter::kernel {

// One place that a program is attached to; letting go of it detaches. An Fd is a packet socket
// or a bpf_link without libbpf's wrapper.
using Attachment = std::variant<LinkPtr, Fd, PerfEvents, TcFilter>;

// Attaches a loaded program as its ELF section says. Errors read "section 'x': cause; remedy".
Result<Attachment> AttachBySection(const bpf_program* program);
// Attaches a loaded program as its entry under `probes:` says. Of several targets it takes the
// first that works. Errors read "kprobe: cause; remedy".
Result<Attachment> AttachProbe(const bpf_program* program, const config::ProbeSpec& probe);

// The kinds that concern interfaces and cgroups. Each expects a program of the right type.
Result<Attachment> AttachXdp(const bpf_program* program, const std::string& interface);
Result<Attachment> AttachTc(const bpf_program* program, const std::string& interface,
                            const std::string& direction);
Result<Attachment> AttachSocketFilter(const bpf_program* program, const std::string& interface);
Result<Attachment> AttachCgroup(const bpf_program* program, const std::string& path);

// Returns what helps against a failed attachment of that kind; empty if there is no telling.
std::string AttachRemedy(config::ProbeKind kind, int code, const KernelFacts& facts);
// Returns the error of an attachment of that kind with what helps against it on this machine.
Error WithRemedy(config::ProbeKind kind, Error error);

}  // namespace bpf_exporter::kernel
