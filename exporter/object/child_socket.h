// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

// What goes over the socket between the exporter and a child of it (object/child.h).
namespace bpf_exporter::object {

// Comes before the bytes of a message.
struct MessageHeader {
  std::uint64_t size = 0;         // bytes that follow
  std::uint32_t descriptors = 0;  // that follow them
  std::uint32_t seconds = 0;      // that the child may take for the request
  std::uint32_t last = 0;         // 1: the child ends
};

// Each returns false and leaves errno if it does not send or receive all of it, as the other side
// ended (errno 0) or took too long (EAGAIN).
bool SendMessage(int socket, MessageHeader header, std::string_view bytes,
                 std::span<const int> descriptors);
bool ReceiveMessage(int socket, MessageHeader& header, std::string& bytes,
                    std::vector<Fd>& descriptors);

}  // namespace bpf_exporter::object
