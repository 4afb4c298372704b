// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bpf_exporter::app {

// Returns what --version prints: the exporter's version, and the libraries with what they can and
// cannot do ("+IPv6", "-uprobe.multi"), which differs between releases of Debian.
std::string VersionText();

}  // namespace bpf_exporter::app
