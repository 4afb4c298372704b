#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "metrics/event_table.h"

namespace bpf_exporter {

// One buffer that programs send records through, and the table that counts them.
struct EventSource {
  std::string map;           // for messages
  int map_fd = -1;           // of a perf_event_array or ringbuf map; outlives the reader
  bool is_ringbuf = false;   // the program chose a ring buffer's size; `pages` is for perf buffers
  std::uint32_t pages = 64;  // a CPU, a power of two
  EventTable* table = nullptr;  // outlives the reader
};

// Reads the records of all buffers on one thread of its own, from when it is made until it is
// destroyed. The buffers' memory is all that it needs: what is not read in time, the kernel drops.
class EventReader {
 public:
  // Opens every buffer, which needs CAP_PERFMON for perf event arrays, and starts the thread.
  static Result<EventReader> Start(const std::vector<EventSource>& sources);
  EventReader(EventReader&&) noexcept;
  EventReader& operator=(EventReader&&) noexcept;
  ~EventReader();

 private:
  struct State;
  explicit EventReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Drains a BPF queue or stack map into counts whenever it is read: at most as many records as the
// map can hold, so that a busy program cannot keep the reader. `map_fd` outlives it.
std::unique_ptr<MapReader> MakeQueueReader(std::string map, int map_fd, std::uint32_t max_entries,
                                           std::uint32_t record_size,
                                           std::unique_ptr<EventTable> table);

}  // namespace bpf_exporter
