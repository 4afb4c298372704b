// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "kernel/read/event_buffers.h"

namespace bpf_exporter::kernel {

// Reads the records of all buffers on one thread of its own, from when it is made until it is
// destroyed. What is not read in time, the kernel drops.
class EventReader {
 public:
  // Takes over the buffers; without any there is no thread.
  static Result<EventReader> Start(std::vector<EventBuffers> buffers);
  EventReader(EventReader&&) noexcept;
  EventReader& operator=(EventReader&&) noexcept;
  ~EventReader();

 private:
  struct State;
  explicit EventReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter::kernel
