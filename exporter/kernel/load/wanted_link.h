// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "kernel/attach/multi_link.h"
#include "plan/plan.h"

namespace bpf_exporter::kernel {

// Returns the kind of link to many functions that a program should be loaded for, so that each of
// its places can be one: all are patterns in the same kind of files, without pid, or its section is
// of sessions. Nothing: each function needs a link of its own.
std::optional<MultiLink> WantedLink(const plan::ProgramPlan& plan);

// Returns why a program of SEC("kprobe.session") or SEC("uprobe.session") cannot run where
// `kernel`, a release, has no such links; empty for other programs.
std::string WhyNoSession(const plan::ProgramPlan& plan, const std::string& kernel);

}  // namespace bpf_exporter::kernel
