// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace bpf_exporter::kernel {

// What a reader must know of a loaded map.
struct RowShape {
  std::string map;  // its name, for messages
  int fd = -1;      // not owned
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;  // of one CPU
  std::uint32_t max_entries = 0;
  std::uint32_t cpus = 1;
  std::size_t value_stride = 0;  // of one row as the kernel copies it out, all CPUs
};

}  // namespace bpf_exporter::kernel
