// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "web/socket_address.h"

namespace bpf_exporter::web {

// Where to listen, resolved to one address.
struct ListenAddress {
  std::string given;        // as the user wrote it, for messages
  SocketAddress addresses;  // every address of IPv6 stands for every one of IPv4, too
};

// Takes HOST:PORT, [IPV6]:PORT or :PORT, which is every address like [::]:PORT. A host name is
// looked up, and its first IPv4 address preferred. Without IPv6 in the kernel :PORT is every
// address of IPv4. fd://N is always refused. Errors read "listen on 'X': …"; the code is EINVAL if
// no attempt could succeed.
Result<ListenAddress> ResolveListenAddress(const std::string& text);

// Listens there: "listen on '127.0.0.1:80': Permission denied". The socket does not block.
Result<Fd> Listen(const ListenAddress& address);

}  // namespace bpf_exporter::web
