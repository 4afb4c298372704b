// SPDX-License-Identifier: Apache-2.0
#include "loader/cgroup_updates.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <exception>

#include "base/log.h"

namespace bpf_exporter::loader {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Where the kernel does not tell of new cgroups, and for events that another thread has taken in.
constexpr milliseconds kBetweenUpdates{200};
// However often cgroups come, an update takes at most one part of so many of the time; one of more
// than 10 ms takes a larger one, since no rest is longer than kBetweenUpdates.
constexpr int kUpdateShare = 20;

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
    : host_(host), maps_(MapsOf(configs)) {
  if (!Update()) return;
  // Without it, stopping takes as long as a wait.
  stop_ = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  thread_ = std::thread([this] { Run(); });
}

CgroupUpdates::~CgroupUpdates() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  const std::uint64_t one = 1;
  if (stop_.valid() && write(stop_.get(), &one, sizeof(one)) < 0) {
    log::Debug("cgroups: stop: errno {}", errno);
  }
  thread_.join();
}

// False if there is nothing to follow.
bool CgroupUpdates::Update() {
  try {
    UpdateMaps(maps_);
    return host_.ReadCgroupEvents() || !maps_.empty();
  } catch (const std::exception& error) {
    log::Error("cgroups: {}", error.what());
    return true;
  }
}

void CgroupUpdates::Run() {
  const int watch = host_.CgroupWatchFd();
  milliseconds rest{0};
  // A cgroup that lives for a moment has to be in the map in the moment that it is made.
  while (!Stopped(-1, rest) && !Stopped(watch, kBetweenUpdates)) {
    const steady_clock::time_point start = steady_clock::now();
    Update();
    rest = std::min(std::chrono::ceil<milliseconds>((steady_clock::now() - start) * kUpdateShare),
                    kBetweenUpdates);
  }
}

// Waits until it is time to stop, `watch` is readable or `wait` is over; whether it is the first.
bool CgroupUpdates::Stopped(int watch, milliseconds wait) const {
  std::array<pollfd, 2> fds{{{stop_.get(), POLLIN, 0}, {watch, POLLIN, 0}}};  // -1: passed over
  poll(fds.data(), fds.size(), static_cast<int>(wait.count()));
  return stopping_;
}

}  // namespace bpf_exporter::loader
