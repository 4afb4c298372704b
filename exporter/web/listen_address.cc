// SPDX-License-Identifier: Apache-2.0
#include "web/listen_address.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>

#include "base/fd.h"
#include "base/text.h"
#include "web/civetweb_library.h"

namespace bpf_exporter::web {
namespace {

std::string Subject(const std::string& given) { return "listen on '" + given + "'"; }

std::optional<int> ParsePort(std::string_view text) {
  const std::optional<int> port = ParseWhole<int>(text);
  return port && *port >= 0 && *port <= 65535 ? port : std::nullopt;
}

Fd TcpSocket(sa_family_t family) {
  return Fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP));
}

// Both families where CivetWeb and the kernel have IPv6.
SocketAddress EveryAddress(const CivetwebLibrary& library) {
  return SocketAddress::Any(library.ipv6 && TcpSocket(AF_INET6).valid() ? AF_INET6 : AF_INET);
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
  const char* none = family == AF_INET ? "no IPv4 address" : "no address";
  return Error{"cannot look up '" + host + "'", failure == 0 ? none : gai_strerror(failure), 0};
}

Result<SocketAddress> Resolve(const std::string& host) {
  const CivetwebLibrary library = LoadedCivetweb();
  if (host.empty()) return EveryAddress(library);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (!bracketed && host.find_first_of(":[]") == std::string::npos) {
    return LookUp(host, library.ipv6 ? AF_UNSPEC : AF_INET, 0);
  }
  if (!library.ipv6) {
    Error error{"CivetWeb " + library.version + " is built without IPv6 here", EINVAL};
    error.AddRemedy("give an IPv4 address, a name or :PORT");
    return error;
  }
  if (!bracketed) return Error{"an IPv6 address is in brackets: [::1]:9435", EINVAL};
  const std::string digits = host.substr(1, host.size() - 2);
  Result<SocketAddress> address = LookUp(digits, AF_INET6, AI_NUMERICHOST);
  if (!address) return Error{"'" + digits + "' is no IPv6 address", EINVAL};
  return address;
}

}  // namespace

std::string ListenAddress::ForCivetweb() const {
  if (addresses.family() == AF_INET6 && addresses.IsAny()) {
    return "+" + std::to_string(addresses.port());
  }
  return addresses.Text();
}

Result<ListenAddress> ResolveListenAddress(const std::string& text) {
  if (text.starts_with("fd://")) {
    Error error{Subject(text), "CivetWeb cannot take a socket that is already open", EINVAL};
    error.AddRemedy("give HOST:PORT");
    return error;
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) {
    return Error{Subject(text), "expected HOST:PORT or :PORT", EINVAL};
  }
  const std::optional<int> port = ParsePort(std::string_view(text).substr(colon + 1));
  if (!port) return Error{Subject(text), "the port must be a number from 0 to 65535", EINVAL};
  const Result<SocketAddress> address = Resolve(text.substr(0, colon));
  if (!address) return address.error().In(Subject(text));
  return ListenAddress{text, address->WithPort(*port)};
}

Status TryToListen(const ListenAddress& address) {
  const SocketAddress& addresses = address.addresses;
  const Fd socket_fd = TcpSocket(addresses.family());
  if (!socket_fd.valid()) return ErrnoError(Subject(address.given), errno);
  // As CivetWeb does: connections in TIME_WAIT must not keep a restart from the port, and every
  // address of IPv6 stands for every one of IPv4, too.
  const int on = 1;
  setsockopt(socket_fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const int only_ipv6 = addresses.IsAny() ? 0 : 1;
  if (addresses.family() == AF_INET6) {
    setsockopt(socket_fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_ipv6, sizeof(only_ipv6));
  }
  if (bind(socket_fd.get(), addresses.get(), addresses.size()) != 0 ||
      listen(socket_fd.get(), 1) != 0) {
    return ErrnoError(Subject(address.given), errno);
  }
  return {};
}

}  // namespace bpf_exporter::web
