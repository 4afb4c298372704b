// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace bpf_exporter::kernel {

// A map in the kernel by a descriptor of it, which somebody else owns. Whoever has the descriptor
// needs none of the rights that loading takes. Any thread.
class MapHandle {
 public:
  // `fd` is -1 if there is no such map.
  MapHandle(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}

  const std::string& name() const { return name_; }
  int fd() const { return fd_; }
  // Returns the kernel's number of the map, which objects that share a pinned map see alike; 0 if
  // it does not tell.
  std::uint32_t Id() const;
  // Returns the bytes of kernel memory that the map is charged with (fdinfo's memlock); 0 if the
  // kernel does not tell.
  std::uint64_t MemoryBytes() const;

 private:
  std::string name_;
  int fd_;
};

}  // namespace bpf_exporter::kernel
