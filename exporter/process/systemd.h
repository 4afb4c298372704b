// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bpf_exporter::process {

// Tells systemd, as sd_notify(3) describes: "READY=1", "STOPPING=1", "STATUS=…". Does nothing when
// it did not start this process.
void NotifySystemd(const std::string& state);

}  // namespace bpf_exporter::process
