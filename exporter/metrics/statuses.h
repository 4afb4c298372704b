// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "metrics/status.h"

namespace bpf_exporter::metrics {

// How the configurations fare now, for those who show it while programs are attached and let go.
// Any thread. What is published never changes: a reader keeps what it took, and waits for nobody.
class Statuses {
 public:
  using Shared = std::shared_ptr<const std::vector<ConfigStatus>>;

  explicit Statuses(std::vector<ConfigStatus> configs)
      : now_(std::make_shared<const std::vector<ConfigStatus>>(std::move(configs))) {}
  Statuses(const Statuses&) = delete;
  Statuses& operator=(const Statuses&) = delete;

  // Returns what was published last. Two that are equal as pointers are equal.
  Shared Now() const {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  // Replaces what readers get from now on.
  void Publish(std::vector<ConfigStatus> configs) {
    auto next = std::make_shared<const std::vector<ConfigStatus>>(std::move(configs));
    const std::lock_guard lock(mutex_);
    now_.swap(next);
  }

 private:
  mutable std::mutex mutex_;
  Shared now_;
};

}  // namespace bpf_exporter::metrics
