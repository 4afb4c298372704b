// SPDX-License-Identifier: Apache-2.0
// Tests: child_test.cc
#include "object/child_socket.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/bytes.h"

namespace bpf_exporter::object {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{256} << 20;
constexpr std::size_t kDescriptorsAtOnce = 128;  // the kernel takes 253

bool Send(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Receive(int socket, char* buffer, std::size_t size) {
  while (size > 0) {
    const ssize_t received = recv(socket, buffer, size, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received == 0) errno = 0;
    if (received <= 0) return false;
    buffer += received;
    size -= static_cast<std::size_t>(received);
  }
  return true;
}

// A byte with descriptors beside it.
struct Carrier {
  char byte = 0;
  iovec content{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(kDescriptorsAtOnce * sizeof(int))] = {};
  msghdr message{};

  explicit Carrier(std::size_t descriptors) {
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
  }
};

bool SendDescriptors(int socket, std::span<const int> descriptors) {
  Carrier carrier(descriptors.size());
  cmsghdr* header = CMSG_FIRSTHDR(&carrier.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  ssize_t sent;
  do {
    sent = sendmsg(socket, &carrier.message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == 1;
}

bool ReceiveDescriptors(int socket, std::size_t count, std::vector<Fd>& descriptors) {
  Carrier carrier(kDescriptorsAtOnce);
  ssize_t received;
  do {
    received = recvmsg(socket, &carrier.message, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received == 0) errno = 0;
  if (received <= 0) return false;
  const std::size_t before = descriptors.size();
  for (cmsghdr* header = CMSG_FIRSTHDR(&carrier.message); header != nullptr;
       header = CMSG_NXTHDR(&carrier.message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t size = header->cmsg_len - CMSG_LEN(0);
    for (std::size_t at = 0; at + sizeof(int) <= size; at += sizeof(int)) {
      descriptors.emplace_back(Load<int>(reinterpret_cast<const char*>(CMSG_DATA(header)) + at));
    }
  }
  errno = EMFILE;  // the kernel leaves out those for which the process has no number left
  return descriptors.size() - before == count;
}

}  // namespace

bool SendMessage(int socket, MessageHeader header, std::string_view bytes,
                 std::span<const int> descriptors) {
  header.size = bytes.size();
  header.descriptors = static_cast<std::uint32_t>(descriptors.size());
  if (!Send(socket, {reinterpret_cast<const char*>(&header), sizeof(header)})) return false;
  if (!Send(socket, bytes)) return false;
  while (!descriptors.empty()) {
    const std::size_t count = std::min(descriptors.size(), kDescriptorsAtOnce);
    if (!SendDescriptors(socket, descriptors.first(count))) return false;
    descriptors = descriptors.subspan(count);
  }
  return true;
}

bool ReceiveMessage(int socket, MessageHeader& header, std::string& bytes,
                    std::vector<Fd>& descriptors) {
  if (!Receive(socket, reinterpret_cast<char*>(&header), sizeof(header))) return false;
  if (header.size > kMaxBytes) {
    errno = EMSGSIZE;
    return false;
  }
  bytes.resize(header.size);
  if (!Receive(socket, bytes.data(), bytes.size())) return false;
  while (descriptors.size() < header.descriptors) {
    const std::size_t count =
        std::min<std::size_t>(header.descriptors - descriptors.size(), kDescriptorsAtOnce);
    if (!ReceiveDescriptors(socket, count, descriptors)) return false;
  }
  return true;
}

}  // namespace bpf_exporter::object
