// SPDX-License-Identifier: Apache-2.0
#include "loader/restart_pace.h"

#include <algorithm>

namespace bpf_exporter::loader {
namespace {

constexpr std::chrono::minutes kRanWell{10};
constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kMaxPause{60};

}  // namespace

void RestartPace::Ended(Time now) {
  if (started_ != Time() && now - started_ >= kRanWell) ends_ = 0;
  pause_ = ends_ == 0 ? std::chrono::seconds(0) : std::clamp(2 * pause_, kFirstPause, kMaxPause);
  ++ends_;
  started_ = {};
  next_ = now + pause_;
}

}  // namespace bpf_exporter::loader
