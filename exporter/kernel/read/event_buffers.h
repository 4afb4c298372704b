// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "host/cpu_watch.h"
#include "metrics/event_table.h"

namespace bpf_exporter::kernel {

// A buffer that programs send records through, and the table that counts them.
struct EventSource {
  std::string config;  // for messages
  std::string map;
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
  // what it gets. Perf buffers need CAP_PERFMON, and CAP_IPC_LOCK when they are large; they are of
  // the CPUs that are online.
  Status Open(const EventSource& source);

  // Opens perf buffers of CPUs that came online, or came back, and counts what is left in those of
  // CPUs that went: the kernel sends nothing through them any more. What fails is tried again by
  // the next call. Returns the errors, one a map at most, which name the configuration.
  std::vector<Error> FollowCpus(const host::OnlineCpus& online);

  // Returns the descriptors to wait on for records; empty if nothing is open. Those that FollowCpus
  // opened are at the end.
  std::vector<int> fds() const;
  bool HasPerfBuffers() const;
  // Counts the records that are in the buffers, a bounded number of them.
  void Consume();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter::kernel
