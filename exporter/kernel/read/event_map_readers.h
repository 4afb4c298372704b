// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "metrics/event_table.h"

namespace bpf_exporter::kernel {

// Makes a reader of the counts that an EventReader keeps in `table`.
std::unique_ptr<metrics::MapReader> MakeEventTableReader(
    std::shared_ptr<metrics::EventTable> table);

// Makes a reader that, each time, moves the records of a BPF queue or stack map into `table` (at
// most as many as the map can hold, so that a busy program cannot keep the reader) and reads the
// table. `map_fd` outlives it.
std::unique_ptr<metrics::MapReader> MakeQueueReader(int map_fd, std::uint32_t max_entries,
                                                    std::uint32_t record_size,
                                                    std::shared_ptr<metrics::EventTable> table);

}  // namespace bpf_exporter::kernel
