// SPDX-License-Identifier: Apache-2.0
// Tests: follow_test.py, follow_test.cc
#include "loader/attachment_updates.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include "base/log.h"
#include "base/pace.h"
#include "base/pack.h"

namespace bpf_exporter::loader {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How often the kernel is asked for what it does not tell: links that somebody detached, CPUs,
// modules.
constexpr milliseconds kBetweenUpdates{1000};

kernel::Followed FollowedBy(const std::vector<RunningConfig>& configs) {
  kernel::Followed all;
  for (const RunningConfig& config : configs) {
    if (!config.object) continue;
    kernel::Followed followed = config.object->followed();
    all.interfaces = all.interfaces || followed.interfaces;
    all.cpus = all.cpus || followed.cpus;
    all.modules = all.modules || followed.modules;
    all.process = all.process || followed.process;
    all.cgroups.insert(all.cgroups.end(), followed.cgroups.begin(), followed.cgroups.end());
    all.binaries.insert(all.binaries.end(), followed.binaries.begin(), followed.binaries.end());
  }
  std::sort(all.cgroups.begin(), all.cgroups.end());
  all.cgroups.erase(std::unique(all.cgroups.begin(), all.cgroups.end()), all.cgroups.end());
  return all;
}

}  // namespace

AttachmentUpdates::AttachmentUpdates(std::vector<RunningConfig>& configs,
                                     metrics::Statuses& statuses, host::CpuWatch cpus)
    : configs_(configs),
      paces_(configs.size()),
      statuses_(statuses),
      followed_(FollowedBy(configs)),
      cgroups_(followed_.cgroups),
      binaries_(followed_.binaries) {
  if (!followed_.any()) return;
  if (followed_.cpus) cpus_.emplace(std::move(cpus));
  if (followed_.interfaces) {
    Result<host::InterfaceWatch> watch = host::InterfaceWatch::Open();
    if (watch) {
      interfaces_.emplace(*std::move(watch));
    } else {
      log::Warn("{}; interfaces that come later are not attached to", watch.error().Message());
    }
  }
  for (RunningConfig& config : configs) {
    if (!config.object) continue;
    for (const std::string& problem : config.object->WhyNotLater()) {
      log::Warn("config '{}': {}", config.status.name, problem);
    }
  }
  Update();
  thread_ = StoppableThread([this](const auto& stop) { Run(stop); });
}

// Looks at what is there; the processes are told if it is something else. What cannot be told now
// stays as it was known.
void AttachmentUpdates::LookAtHost() {
  if (interfaces_) {
    const Status updated = interfaces_->Update();
    const std::string problem = updated ? std::string() : updated.error().Message();
    if (!problem.empty() && problem != problem_) log::Warn("{}", problem);
    problem_ = problem;
    if (updated) {
      present_.interfaces = std::make_shared<const host::InterfaceNames>(interfaces_->interfaces());
    }
  }
  binaries_.Look(steady_clock::now());
  present_.binaries.clear();
  for (const std::string& pattern : followed_.binaries) {
    const host::BinaryFiles* files = binaries_.Of(pattern);
    if (files != nullptr) present_.binaries.insert_or_assign(pattern, *files);
  }
  if (cpus_) present_.cpus = std::make_shared<const host::OnlineCpus>(cpus_->Look());
  if (followed_.modules) {
    present_.modules = std::make_shared<const host::KernelModules>(host::ModulesNow());
  }
  present_.cgroups.clear();
  const std::vector<std::uint64_t>& inodes = cgroups_.Look();
  for (std::size_t i = 0; i < inodes.size(); ++i) {
    if (inodes[i] != 0) present_.cgroups.emplace(cgroups_.paths()[i], inodes[i]);
  }
  std::string packed = Pack(present_);
  if (shared_ != nullptr && packed == packed_) return;
  packed_ = std::move(packed);
  shared_ = std::make_shared<const kernel::Present>(present_);
}

// Returns whether the status of the configuration has changed.
bool AttachmentUpdates::Follow(std::size_t index) {
  RunningConfig& config = configs_[index];
  if (!config.object) return false;
  const steady_clock::time_point now = steady_clock::now();
  const bool had_lost = config.object->HasLostProcess();
  const std::vector<kernel::PlaceNews> news = config.object->Follow(shared_, now);
  for (const kernel::PlaceNews& one : news) {
    log::Write(one.problem ? log::Level::kWarning : log::Level::kInfo,
               fmt::format("config '{}': {}", config.status.name, one.text));
  }
  if (!news.empty()) UpdateStatus(config);
  if (!config.object->HasLostProcess()) return !news.empty();
  if (!had_lost) {
    paces_[index].Ended(now);
    if (paces_[index].GivenUp()) {
      log::Error("config '{}': its process ended {} times; it is not started again",
                 config.status.name, RestartPace::kMaxEnds);
    }
  }
  return StartAgainIfDue(index, now) || !news.empty();
}

bool AttachmentUpdates::StartAgainIfDue(std::size_t index, Time now) {
  RunningConfig& config = configs_[index];
  RestartPace& pace = paces_[index];
  if (!pace.IsDue(now)) return false;
  const Status started = StartAgain(config);
  if (started) {
    pace.Started(steady_clock::now());
    log::Info("config '{}': its process was started again, and counts go on", config.status.name);
    return true;
  }
  pace.Ended(steady_clock::now());
  const std::string then = pace.GivenUp()
                               ? std::string("it is not tried again")
                               : fmt::format("tried again in {} s", pace.pause().count());
  log::Warn("config '{}': its process cannot be started again: {}; {}", config.status.name,
            started.error().Message(), then);
  return false;
}

void AttachmentUpdates::Update() {
  try {
    LookAtHost();
    bool changed = false;
    for (std::size_t i = 0; i < configs_.size(); ++i) changed |= Follow(i);
    if (changed) statuses_.Publish(StatusesOf(configs_));
  } catch (const std::exception& error) {
    log::Error("attachments: {}", error.what());
  }
}

void AttachmentUpdates::Run(const StoppableThread::Stop& stop) {
  const int interfaces = interfaces_ ? interfaces_->fd() : -1;
  milliseconds rest{0};
  while (!stop.Wait(rest, {}) &&
         !stop.Wait(kBetweenUpdates, {interfaces, cgroups_.fd(), binaries_.fd()})) {
    const steady_clock::time_point start = steady_clock::now();
    Update();
    const auto pause = RestAfter(steady_clock::now() - start);
    rest = std::min(std::chrono::ceil<milliseconds>(pause), kBetweenUpdates);
  }
}

}  // namespace bpf_exporter::loader
