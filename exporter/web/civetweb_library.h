// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bpf_exporter::web {

// The CivetWeb that is loaded; releases of Debian build it differently.
struct CivetwebLibrary {
  std::string version;  // "1.15"
  bool ipv6 = false;    // whether it can listen on addresses of IPv6
};

// Asks the library. Any thread.
CivetwebLibrary LoadedCivetweb();

}  // namespace bpf_exporter::web
