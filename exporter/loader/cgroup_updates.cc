// SPDX-License-Identifier: Apache-2.0
// Tests: cgroup_id_map_test.cc, compatibility_test.py
#include "loader/cgroup_updates.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include "base/log.h"
#include "base/pace.h"

namespace bpf_exporter::loader {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How often to look where the kernel does not tell of new cgroups, and for events that another
// thread has read.
// The longest rest, so that only updates of up to 10 ms keep to their share of the time.
constexpr milliseconds kBetweenUpdates{200};

constexpr std::chrono::minutes kBetweenDeletions{1};

std::vector<kernel::CgroupRows*> RowsOf(std::vector<RunningConfig>& configs) {
  std::vector<kernel::CgroupRows*> rows;
  for (RunningConfig& config : configs) {
    for (kernel::CgroupRows& one : config.cgroup_rows) rows.push_back(&one);
  }
  return rows;
}

std::vector<kernel::CgroupIdMap*> MapsOf(std::vector<RunningConfig>& configs) {
  std::vector<kernel::CgroupIdMap*> maps;
  for (RunningConfig& config : configs) {
    if (config.cgroups) maps.push_back(&*config.cgroups);
  }
  return maps;
}

void UpdateMaps(const std::vector<kernel::CgroupIdMap*>& maps) {
  for (kernel::CgroupIdMap* map : maps) map->Update();
}

}  // namespace

void UpdateCgroups(std::vector<RunningConfig>& configs) { UpdateMaps(MapsOf(configs)); }

CgroupUpdates::CgroupUpdates(std::vector<RunningConfig>& configs, host::Host& host)
    : host_(host), maps_(MapsOf(configs)), rows_(RowsOf(configs)) {
  if (Update()) thread_ = StoppableThread([this](const auto& stop) { Run(stop); });
}

// Returns whether there is something to follow.
bool CgroupUpdates::Update() {
  try {
    UpdateMaps(maps_);
    return host_.ReadCgroupEvents() || !maps_.empty() || !rows_.empty();
  } catch (const std::exception& error) {
    log::Error("cgroups: {}", error.what());
    return true;
  }
}

void CgroupUpdates::DeleteForgottenRows() {
  try {
    for (kernel::CgroupRows* rows : rows_) rows->DeleteForgotten();
  } catch (const std::exception& error) {
    log::Error("cgroups: {}", error.what());
  }
}

void CgroupUpdates::Run(const StoppableThread::Stop& stop) {
  const int watch = host_.CgroupWatchFd();
  const bool only_deletes = watch < 0 && maps_.empty();
  const milliseconds wait = only_deletes ? kBetweenDeletions : kBetweenUpdates;
  steady_clock::time_point next_deletion = steady_clock::now();
  milliseconds rest{0};
  // A cgroup that lives for a moment has to be in the map in the moment that it is made.
  while (!stop.Wait(rest, {}) && !stop.Wait(wait, {watch})) {
    const steady_clock::time_point start = steady_clock::now();
    Update();
    if (start >= next_deletion) {
      next_deletion = start + kBetweenDeletions;
      DeleteForgottenRows();
    }
    const auto pause = RestAfter(steady_clock::now() - start);
    rest = std::min(std::chrono::ceil<milliseconds>(pause), kBetweenUpdates);
  }
}

}  // namespace bpf_exporter::loader
