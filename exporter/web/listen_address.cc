// SPDX-License-Identifier: Apache-2.0
#include "web/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>

#include "base/fd.h"

namespace bpf_exporter::web {
namespace {

std::string Subject(const std::string& given) { return "listen on '" + given + "'"; }

std::optional<int> ParsePort(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 0 || port > 65535) {
    return std::nullopt;
  }
  return port;
}

Result<in_addr> Resolve(const std::string& host) {
  in_addr address{};
  if (host.empty()) {
    address.s_addr = htonl(INADDR_ANY);
    return address;
  }
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return address;

  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  if (failure != 0 || found == nullptr) {
    return Error{"cannot look up '" + host +
                 "': " + (failure == 0 ? "no IPv4 address" : gai_strerror(failure))};
  }
  return reinterpret_cast<const sockaddr_in*>(found->ai_addr)->sin_addr;
}

}  // namespace

std::string ListenAddress::Numeric() const {
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &ip, text, sizeof(text));
  return std::string(text) + ":" + std::to_string(port);
}

Result<ListenAddress> ResolveListenAddress(const std::string& text) {
  if (text.starts_with("fd://")) {
    return Error{
        Subject(text) + ": CivetWeb cannot take a socket that is already open; give HOST:PORT",
        EINVAL};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) {
    return Error{Subject(text) + ": expected HOST:PORT or :PORT", EINVAL};
  }
  const std::string host = text.substr(0, colon);
  if (host.find(':') != std::string::npos || host.starts_with('[')) {
    return Error{Subject(text) +
                     ": CivetWeb is built without IPv6 here; give an IPv4 address, a name or :PORT",
                 EINVAL};
  }
  const std::optional<int> port = ParsePort(std::string_view(text).substr(colon + 1));
  if (!port) return Error{Subject(text) + ": the port must be a number from 0 to 65535", EINVAL};

  Result<in_addr> ip = Resolve(host);
  if (!ip) return ip.error().In(Subject(text));
  return ListenAddress{text, *ip, *port};
}

Status TryToListen(const ListenAddress& address) {
  const Fd socket_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!socket_fd.valid()) return ErrnoError(Subject(address.given), errno);
  // As CivetWeb does: connections in TIME_WAIT must not keep a restart from the port.
  const int on = 1;
  setsockopt(socket_fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr = address.ip;
  where.sin_port = htons(static_cast<std::uint16_t>(address.port));
  if (bind(socket_fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)) != 0 ||
      listen(socket_fd.get(), 1) != 0) {
    return ErrnoError(Subject(address.given), errno);
  }
  return {};
}

}  // namespace bpf_exporter::web
