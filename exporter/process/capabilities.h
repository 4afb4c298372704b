// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace bpf_exporter::process {

// Which capabilities stay once everything is attached.
struct KeepCapabilities {
  bool all = true;
  std::vector<std::string> names;  // libcap's, "cap_syslog"; for `all` = false
};

// Reads "all", "none" or a list such as "cap_bpf,cap_syslog".
Result<KeepCapabilities> ParseCapabilities(const std::string& text);

// Returns the text that ParseCapabilities() takes for `keep`.
std::string CapabilitiesText(const KeepCapabilities& keep);

// Returns an error that says what is missing unless CAP_BPF or CAP_SYS_ADMIN, which loading BPF
// programs takes, is effective. Programs may need more (CAP_PERFMON, CAP_NET_ADMIN); the kernel
// says so.
Status MayLoadPrograms();

// Leaves exactly the capabilities of `keep` permitted and effective, none inheritable, and lets no
// later exec() gain any. Capabilities belong to threads, and new threads inherit them: call it
// before there are others; it fails if there are. Before Linux 5.19 reading maps needs CAP_BPF
// where the sysctl kernel.unprivileged_bpf_disabled is set: it then stays too, with a line in the
// log.
Status DropCapabilities(const KeepCapabilities& keep);

}  // namespace bpf_exporter::process
