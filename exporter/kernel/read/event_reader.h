// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "host/cpu_watch.h"
#include "kernel/read/event_buffers.h"

namespace bpf_exporter::kernel {

// Reads the records of all buffers on a thread of its own, from when it is made until it is
// destroyed. The kernel drops records that are not read in time.
class EventReader {
 public:
  // Starts the thread, which owns the buffers; without any there is no thread. `cpus` is from
  // before they were opened.
  static Result<EventReader> Start(std::vector<EventBuffers> buffers, host::CpuWatch cpus);
  EventReader(EventReader&&) noexcept;
  EventReader& operator=(EventReader&&) noexcept;
  ~EventReader();

 private:
  struct State;
  explicit EventReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter::kernel
