// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "web/socket_address.h"

namespace bpf_exporter::web {

// Where to listen, resolved to one address.
struct ListenAddress {
  std::string given;        // as the user wrote it, for messages
  SocketAddress addresses;  // every address of IPv6 stands for every one of IPv4, too

  // As CivetWeb's listening_ports wants it: "127.0.0.1:9435", "[::1]:9435", "+9435" for every
  // address of both families.
  std::string ForCivetweb() const;
};

// Takes HOST:PORT, [IPV6]:PORT or :PORT, which is every address like [::]:PORT. A host name is
// looked up, and its first IPv4 address preferred. Without IPv6 in CivetWeb :PORT is every address
// of IPv4, and IPv6 is refused with the reason. fd://N is always refused. Errors read "listen on
// 'X': …"; the code is EINVAL if no attempt could succeed.
Result<ListenAddress> ResolveListenAddress(const std::string& text);

// Binds and listens there and closes again, because CivetWeb does not tell why it could not:
// "listen on '127.0.0.1:80': Permission denied".
Status TryToListen(const ListenAddress& address);

}  // namespace bpf_exporter::web
