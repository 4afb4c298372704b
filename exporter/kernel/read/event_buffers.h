// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "metrics/event_table.h"

namespace bpf_exporter::kernel {

// A buffer that programs send records through, and the table that counts them.
struct EventSource {
  std::string map;  // for messages
  int map_fd = -1;  // of a perf_event_array or ringbuf map; outlives the buffers
  bool is_ringbuf = false;
  std::uint32_t pages = 0;  // of a perf buffer, for each CPU; a power of two
  std::shared_ptr<metrics::EventTable> table;
};

// The open buffers of one configuration. One thread at a time.
class EventBuffers {
 public:
  EventBuffers();
  EventBuffers(EventBuffers&&) noexcept;
  EventBuffers& operator=(EventBuffers&&) noexcept;
  ~EventBuffers();

  // Opens one buffer, before programs send through it: a perf event array without buffers drops
  // what it gets. Perf buffers need CAP_PERFMON, and CAP_IPC_LOCK when they are large.
  Status Open(const EventSource& source);

  // Returns the descriptors to wait on for records; empty if nothing is open.
  const std::vector<int>& fds() const;
  // Counts the records that are in the buffers, a bounded number of them.
  void Consume();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter::kernel
