// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>

#include "base/result.h"

namespace bpf_exporter {

// A thread that waits for things and is woken when it has to stop. Destroying it stops and joins
// it.
class StoppableThread {
 public:
  // What the thread knows of its owner's wish.
  class Stop {
   public:
    virtual ~Stop() = default;
    // Waits until the thread has to stop, one of the files `watched` is readable (at most 4; -1 is
    // passed over), or `wait` is over. Returns whether it has to stop.
    virtual bool Wait(std::chrono::milliseconds wait, std::initializer_list<int> watched) const = 0;
  };

  StoppableThread();  // no thread
  // Runs `body` on a thread of its own. It must return when Wait says so, and must not throw. If
  // there can be no more threads, throws std::runtime_error, which says what helps.
  explicit StoppableThread(std::function<void(const Stop&)> body);
  StoppableThread(StoppableThread&&) noexcept;
  StoppableThread& operator=(StoppableThread&&) noexcept;
  ~StoppableThread();

 private:
  class State;
  std::unique_ptr<State> state_;
};

// Returns why a thread could not be made, with what helps.
Error ThreadError(int code);

}  // namespace bpf_exporter
