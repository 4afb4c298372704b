// SPDX-License-Identifier: Apache-2.0
#include "host/process_watch.h"

#include <optional>
#include <utility>

#include "base/folder.h"
#include "base/text.h"

namespace bpf_exporter::host {
namespace {

constexpr std::chrono::seconds kYoung{3};

}  // namespace

void ProcessWatch::Look(Time now) {
  young_.clear();
  ended_.clear();
  const FolderPtr folder = OpenFolder(proc_);
  if (folder == nullptr) return;
  std::map<int, Time> running;
  while (const dirent* entry = readdir(folder.get())) {
    const std::optional<int> pid = ParseWhole<int>(entry->d_name);
    if (!pid) continue;
    const auto known = came_.find(*pid);
    const Time came = known == came_.end() ? (looked_ ? now : now - kYoung) : known->second;
    running.emplace(*pid, came);
    if (now - came < kYoung) young_.push_back(*pid);
  }
  for (const auto& [pid, came] : came_) {
    if (!running.contains(pid)) ended_.insert(pid);
  }
  came_ = std::move(running);
  looked_ = true;
}

}  // namespace bpf_exporter::host
