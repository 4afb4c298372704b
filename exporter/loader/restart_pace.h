// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "base/clock.h"

namespace bpf_exporter::loader {

// When to start again a process that ends: at once, and when it ends again, or does not start,
// after 1, 2, 4 … 60 s. It is given up when it ended ten times without having run for ten minutes
// in between.
class RestartPace {
 public:
  // It has ended, or could not be started.
  void Ended(Time now);
  // It was started.
  void Started(Time now) { started_ = now; }

  // Returns whether to start it now; it has ended.
  bool IsDue(Time now) const { return !GivenUp() && now >= next_; }
  bool GivenUp() const { return ends_ >= kMaxEnds; }
  // Returns how long after the last end it is due.
  std::chrono::seconds pause() const { return pause_; }

  static constexpr int kMaxEnds = 10;  // in a row

 private:
  int ends_ = 0;
  std::chrono::seconds pause_{0};
  Time next_ = {};
  Time started_ = {};
};

}  // namespace bpf_exporter::loader
