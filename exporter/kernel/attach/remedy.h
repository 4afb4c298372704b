// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "kernel/kernel_facts.h"

namespace bpf_exporter::kernel {

// Returns what helps against a failed attachment of that kind; empty if there is no telling.
std::string AttachRemedy(config::ProbeKind kind, int code, const KernelFacts& facts);

// Returns whether this machine's kernel runs programs of that kind once it has attached them: it
// attaches those of security hooks even where the BPF LSM is off, and then never runs them.
bool RunsWhatItAttaches(config::ProbeKind kind);

// Returns the error of an attachment of that kind with what helps against it on this machine.
Error WithRemedy(config::ProbeKind kind, Error error);

// The same of a kprobe or kretprobe at one of these functions: with what this kernel has instead of
// those that it does not have.
Error WithFunctions(config::ProbeKind kind, Error error, const std::vector<std::string>& functions);

// Returns the cause that `code` names: an errno, one of the kernel's own or one of libbpf's.
std::string CauseText(int code);

}  // namespace bpf_exporter::kernel
