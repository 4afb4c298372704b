// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <string>
#include <string_view>

#include "base/fd.h"

// A raw client over loopback, which knows nothing of the server's code.
namespace bpf_exporter::web {

inline Fd Connect(int port, int family = AF_INET) {
  if (family == AF_INET6) {
    Fd fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 where{};
    where.sin6_family = AF_INET6;
    where.sin6_addr = in6addr_loopback;
    where.sin6_port = htons(static_cast<std::uint16_t>(port));
    if (connect(fd.get(), reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) return Fd();
    return fd;
  }
  Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  where.sin_port = htons(static_cast<std::uint16_t>(port));
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0) return Fd();
  return fd;
}

inline void SendText(const Fd& fd, std::string_view text) {
  static_cast<void>(!send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL));
}

// What comes until the server closes, or `limit` passes without the end.
inline std::string ReadAll(const Fd& fd, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::string all;
  char buffer[65536];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd wait{fd.get(), POLLIN, 0};
    if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) <= 0) return all;
    const ssize_t got = recv(fd.get(), buffer, sizeof(buffer), 0);
    if (got <= 0) return all;
    all.append(buffer, static_cast<std::size_t>(got));
  }
}

struct Reply {
  std::string head;  // status line and headers
  std::string body;

  // "200 OK"
  std::string status() const {
    const std::size_t start = head.find(' ');
    if (start == std::string::npos) return "";
    return head.substr(start + 1, head.find("\r\n") - start - 1);
  }
  // The value of a header; "(none)" without it.
  std::string header(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "(none)";
    const std::size_t start = at + 2 + name.size() + 2;
    return head.substr(start, head.find("\r\n", start) - start);
  }
};

inline Reply Split(const std::string& text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return {text, ""};
  return {text.substr(0, end + 2), text.substr(end + 4)};
}

// Sends `request` as it is and reads the answer to its end.
inline Reply Exchange(int port, std::string_view request,
                      std::chrono::milliseconds limit = std::chrono::seconds(10),
                      int family = AF_INET) {
  const Fd fd = Connect(port, family);
  if (!fd.valid()) return {};
  SendText(fd, request);
  return Split(ReadAll(fd, limit));
}

inline Reply Fetch(int port, const std::string& method, const std::string& path,
                   const std::string& headers = "") {
  return Exchange(port, method + " " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n" +
                            headers + "\r\n");
}

}  // namespace bpf_exporter::web
