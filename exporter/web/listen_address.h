// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>

#include <string>

#include "base/result.h"

namespace bpf_exporter::web {

// Where to listen, resolved to an IPv4 address.
struct ListenAddress {
  std::string given;  // as the user wrote it, for messages
  in_addr ip{};
  int port = 0;

  std::string Numeric() const;  // "127.0.0.1:9435"
};

// Takes HOST:PORT or :PORT (every interface); a host name is looked up. IPv6 literals and fd://N
// are refused with the reason: Debian's CivetWeb can do neither. Errors read "listen on 'X': …";
// the code is EINVAL if no attempt could succeed.
Result<ListenAddress> ResolveListenAddress(const std::string& text);

// Binds and listens there and closes again, because CivetWeb does not tell why it could not:
// "listen on '127.0.0.1:80': Permission denied".
Status TryToListen(const ListenAddress& address);

}  // namespace bpf_exporter::web
