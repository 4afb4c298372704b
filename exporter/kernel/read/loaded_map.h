// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "metrics/map_reader.h"

namespace bpf_exporter::kernel {

// What a reader must know of a loaded map.
struct LoadedMap {
  int fd = -1;  // not owned
  std::uint32_t max_entries = 0;
  metrics::RowShape rows;  // as the kernel copies them out
};

}  // namespace bpf_exporter::kernel
