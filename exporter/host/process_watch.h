// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"

namespace bpf_exporter::host {

// Sees which processes come and end. One thread.
class ProcessWatch {
 public:
  explicit ProcessWatch(std::string proc = "/proc") : proc_(std::move(proc)) {}

  // Looks. Until the next call young() and ended() tell of the time before `now`.
  void Look(Time now);

  // Returns the processes that have come since the first call, and within the last three seconds: a
  // process takes a moment until it has the root and the program that it is made for.
  const std::vector<int>& young() const { return young_; }
  // Returns those that ended since the call before the last.
  const std::set<int>& ended() const { return ended_; }

 private:
  std::string proc_;
  bool looked_ = false;
  std::map<int, Time> came_;  // by process, those that run
  std::vector<int> young_;
  std::set<int> ended_;
};

}  // namespace bpf_exporter::host
