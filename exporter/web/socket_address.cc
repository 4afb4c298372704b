// SPDX-License-Identifier: Apache-2.0
#include "web/socket_address.h"

#include <netdb.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace bpf_exporter::web {
SocketAddress SocketAddress::Any(sa_family_t family) {
  SocketAddress any;
  any.address_.ip.sa_family = family;
  return any;
}

std::optional<SocketAddress> SocketAddress::Copy(const sockaddr* address, socklen_t size) {
  SocketAddress copy;
  std::memcpy(&copy.address_, address, std::min<std::size_t>(size, sizeof(copy.address_)));
  if (copy.family() != AF_INET && copy.family() != AF_INET6) return std::nullopt;
  if (size < copy.size()) return std::nullopt;
  return copy;
}

std::optional<SocketAddress> SocketAddress::Of(int fd, decltype(&getsockname) get) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (get(fd, address, &size) != 0) return std::nullopt;
  return Copy(address, size);
}

bool SocketAddress::IsAny() const {
  return family() == AF_INET6 ? IN6_IS_ADDR_UNSPECIFIED(&address_.v6.sin6_addr)
                              : address_.v4.sin_addr.s_addr == htonl(INADDR_ANY);
}

int SocketAddress::port() const {
  return ntohs(family() == AF_INET6 ? address_.v6.sin6_port : address_.v4.sin_port);
}

SocketAddress SocketAddress::WithPort(int port) const {
  SocketAddress other = *this;
  const in_port_t bytes = htons(static_cast<std::uint16_t>(port));
  (family() == AF_INET6 ? other.address_.v6.sin6_port : other.address_.v4.sin_port) = bytes;
  return other;
}

socklen_t SocketAddress::size() const {
  return family() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

std::string SocketAddress::Text() const {
  char ip[INET6_ADDRSTRLEN + 1 + 16] = "";  // with the name of an interface
  getnameinfo(get(), size(), ip, sizeof(ip), nullptr, 0, NI_NUMERICHOST);
  const std::string end = ":" + std::to_string(port());
  return family() == AF_INET6 ? "[" + std::string(ip) + "]" + end : ip + end;
}

}  // namespace bpf_exporter::web
