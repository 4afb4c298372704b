// SPDX-License-Identifier: Apache-2.0
#include "web/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>

#include "base/log.h"
#include "base/text.h"

namespace bpf_exporter::web {
namespace {

std::string Subject(const std::string& given) { return "listen on '" + given + "'"; }

std::optional<int> ParsePort(std::string_view text) {
  const std::optional<int> port = ParseWhole<int>(text);
  return port && *port >= 0 && *port <= 65535 ? port : std::nullopt;
}

// Over the loopback interface a segment can be as large as a client's whole receive window. Each
// then waits for an acknowledgement that the client delays by 40 ms: one gzip scrape in a hundred
// took that long, and none does with segments of which several fit. Ethernet's are smaller anyway.
constexpr int kMaxSegment = 8192;
constexpr int kBacklog = 1024;  // connections that the kernel keeps until they are accepted

Fd TcpSocket(sa_family_t family) {
  return Fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
}

// Both families where the kernel has IPv6.
SocketAddress EveryAddress() {
  return SocketAddress::Any(TcpSocket(AF_INET6).valid() ? AF_INET6 : AF_INET);
}

// Its first IPv4 address, else its first of another family that `family` allows.
Result<SocketAddress> LookUp(const std::string& host, int family, int flags) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* list = nullptr;
  const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  std::optional<SocketAddress> found;
  for (const addrinfo* one = failure == 0 ? list : nullptr; one != nullptr; one = one->ai_next) {
    std::optional<SocketAddress> address = SocketAddress::Copy(one->ai_addr, one->ai_addrlen);
    if (address && (!found || (found->family() != AF_INET && address->family() == AF_INET))) {
      found = address;
    }
  }
  if (found) return *found;
  return Error{"cannot look up '" + host + "'", failure == 0 ? "no address" : gai_strerror(failure),
               0};
}

Result<SocketAddress> Resolve(const std::string& host) {
  if (host.empty()) return EveryAddress();
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (!bracketed && host.find_first_of(":[]") == std::string::npos) {
    return LookUp(host, AF_UNSPEC, 0);
  }
  if (!bracketed) return Error{"an IPv6 address is in brackets: [::1]:9435", EINVAL};
  const std::string digits = host.substr(1, host.size() - 2);
  Result<SocketAddress> address = LookUp(digits, AF_INET6, AI_NUMERICHOST);
  if (!address) return Error{"'" + digits + "' is no IPv6 address", EINVAL};
  const auto& bytes = reinterpret_cast<const sockaddr_in6*>(address->get())->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
    char plain[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, &bytes.s6_addr[12], plain, sizeof(plain));
    Error error{"'" + digits + "' is an IPv4 address", EINVAL};
    error.AddRemedy(std::string("write ") + plain);
    return error;
  }
  return address;
}

}  // namespace

Result<ListenAddress> ResolveListenAddress(const std::string& text) {
  if (text.starts_with("fd://")) {
    Error error{Subject(text), "sockets that are already open are not taken", EINVAL};
    error.AddRemedy("give HOST:PORT");
    return error;
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || text.find('/') != std::string::npos) {
    return Error{Subject(text), "expected HOST:PORT or :PORT", EINVAL};
  }
  const std::optional<int> port = ParsePort(std::string_view(text).substr(colon + 1));
  if (!port) return Error{Subject(text), "the port must be a number from 0 to 65535", EINVAL};
  const Result<SocketAddress> address = Resolve(text.substr(0, colon));
  if (!address) return address.error().In(Subject(text));
  return ListenAddress{text, address->WithPort(*port)};
}

Result<Fd> Listen(const ListenAddress& address) {
  const SocketAddress& addresses = address.addresses;
  Fd listener = TcpSocket(addresses.family());
  if (!listener.valid()) return ErrnoError(Subject(address.given), errno);
  // Connections in TIME_WAIT must not keep a restart from the port.
  const int on = 1;
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const int only_ipv6 = addresses.IsAny() ? 0 : 1;
  if (addresses.family() == AF_INET6) {
    setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_ipv6, sizeof(only_ipv6));
  }
  // Without it scrapes are only slower.
  if (setsockopt(listener.get(), IPPROTO_TCP, TCP_MAXSEG, &kMaxSegment, sizeof(kMaxSegment)) != 0) {
    log::Debug("{}", ErrnoError("HTTP: limit the segments", errno).Message());
  }
  if (bind(listener.get(), addresses.get(), addresses.size()) != 0 ||
      listen(listener.get(), kBacklog) != 0) {
    return ErrnoError(Subject(address.given), errno);
  }
  return listener;
}

}  // namespace bpf_exporter::web
