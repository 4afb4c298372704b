// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <string>

namespace bpf_exporter::web {

// An address of IPv4 or IPv6 with a port, as the kernel takes it.
class SocketAddress {
 public:
  // Every address of this host, of IPv4 or of IPv6.
  static SocketAddress Any(sa_family_t family);
  // Copies `size` bytes at `address`. Returns nothing unless they are of IPv4 or IPv6.
  static std::optional<SocketAddress> Copy(const sockaddr* address, socklen_t size);
  // Asks getsockname or getpeername. Returns nothing where that fails, too.
  static std::optional<SocketAddress> Of(int fd, decltype(&getsockname) get);

  sa_family_t family() const { return address_.ip.sa_family; }
  bool IsAny() const;
  int port() const;
  SocketAddress WithPort(int port) const;

  const sockaddr* get() const { return &address_.ip; }
  socklen_t size() const;

  std::string Text() const;  // "127.0.0.1:9435", "[::1]:9435", "[fe80::1%eth0]:9435"

 private:
  SocketAddress() = default;

  union {
    sockaddr ip;
    sockaddr_in v4;
    sockaddr_in6 v6;
  } address_{.v6 = {}};
};

}  // namespace bpf_exporter::web
