// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/fd.h"

namespace bpf_exporter::web {

// Returns whether this host has the address ::1.
inline bool HasIpv6() {
  const Fd fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 where{};
  where.sin6_family = AF_INET6;
  where.sin6_addr = in6addr_loopback;
  return bind(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)) == 0;
}

}  // namespace bpf_exporter::web
