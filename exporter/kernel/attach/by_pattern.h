// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <set>
#include <string>

#include "base/result.h"
#include "kernel/attach/attachment.h"
#include "plan/place.h"

namespace bpf_exporter::kernel {

// A program that was not loaded for a link to many functions gets one for each, up to so many.
constexpr std::size_t kMaxSingleProbes = 256;

// Attaches a loaded program to every function that the only target of `place` matches, which is a
// pattern or the whole name of one; at least one can be probed. Errors read "uprobe
// '/bin/sh:no_*': cause; remedy".
Result<Attachment> AttachByPattern(const bpf_program* program, const plan::Place& place);

// Returns the modules of the kernel that have functions which a target of `place` matches: patterns
// of the kernel's functions.
std::set<std::string> ModulesOfPattern(const plan::Place& place);

}  // namespace bpf_exporter::kernel
