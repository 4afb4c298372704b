// SPDX-License-Identifier: Apache-2.0
// Tests: tc_filter_test.cc
#include "kernel/attach/process_token.h"

#include <fmt/core.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace bpf_exporter::kernel {
namespace {

// An address of a network namespace, and not of a file system: its name begins with a NUL byte.
struct Address {
  sockaddr_un socket = {};
  socklen_t length = 0;

  explicit Address(const std::string& token) {
    const std::string name = "bpf_exporter/" + token;
    const std::size_t size = std::min(name.size(), sizeof(socket.sun_path) - 1);
    socket.sun_family = AF_UNIX;
    std::copy_n(name.begin(), size, socket.sun_path + 1);
    length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&socket); }
};

Fd NewSocket() { return Fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)); }

}  // namespace

Result<std::shared_ptr<const ProcessToken>> ProcessToken::Get() {
  static std::mutex mutex;
  static std::weak_ptr<const ProcessToken> kept;
  const std::lock_guard lock(mutex);
  if (std::shared_ptr<const ProcessToken> token = kept.lock()) return token;
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof(number), 0) != sizeof(number)) {
    return ErrnoError("make a random number", errno);
  }
  std::string text = fmt::format("{:016x}", number);
  Fd socket_fd = NewSocket();
  const Address address(text);
  if (!socket_fd.valid() || bind(socket_fd.get(), address.get(), address.length) != 0) {
    return ErrnoError("open a Unix socket", errno);
  }
  std::shared_ptr<const ProcessToken> token(
      new ProcessToken(std::move(text), std::move(socket_fd)));
  kept = token;
  return token;
}

bool IsKept(const std::string& token) {
  const Fd socket_fd = NewSocket();
  const Address address(token);
  return connect(socket_fd.get(), address.get(), address.length) == 0 || errno != ECONNREFUSED;
}

}  // namespace bpf_exporter::kernel
