// SPDX-License-Identifier: Apache-2.0
// Tests: events_test.py
#include "kernel/read/event_reader.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/fd.h"
#include "base/log.h"
#include "base/stoppable_thread.h"

namespace bpf_exporter::kernel {
namespace {

using std::chrono::steady_clock;

// Records whose program suppressed the wake-up are read after this time at the latest.
constexpr std::chrono::milliseconds kMaxWait{250};

constexpr std::chrono::seconds kBetweenLooks{1};  // at the CPUs

Status Watch(const Fd& epoll, int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0 && errno != EEXIST) {
    return ErrnoError("event reader: watch a buffer", errno);
  }
  return {};
}

}  // namespace

struct EventReader::State {
  std::vector<EventBuffers> buffers;
  std::optional<host::CpuWatch> cpus;  // if there are perf buffers, which are of a CPU each
  Fd epoll;
  std::set<std::string> told;  // the errors of the last look at the CPUs
  StoppableThread thread;      // last, since it uses the others

  void Run(const StoppableThread::Stop& stop) {
    steady_clock::time_point next_look = steady_clock::now();
    while (!stop.Wait(kMaxWait, {epoll.get()})) {
      for (EventBuffers& each : buffers) each.Consume();
      if (!cpus || steady_clock::now() < next_look) continue;
      FollowCpus();
      next_look = steady_clock::now() + kBetweenLooks;
    }
  }

  void FollowCpus() {
    try {
      const host::OnlineCpus& online = cpus->Look();
      std::set<std::string> errors;
      for (EventBuffers& each : buffers) {
        for (const Error& error : each.FollowCpus(online)) errors.insert(error.Message());
        // What is watched already stays so.
        for (const int fd : each.fds()) static_cast<void>(Watch(epoll, fd));
      }
      for (const std::string& error : errors) {
        if (!told.contains(error)) log::Warn("{}; what programs send there is lost", error);
      }
      told = std::move(errors);
    } catch (const std::exception& error) {
      log::Error("event reader: {}", error.what());
    }
  }
};

EventReader::EventReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
EventReader::EventReader(EventReader&&) noexcept = default;
EventReader& EventReader::operator=(EventReader&&) noexcept = default;
EventReader::~EventReader() = default;

Result<EventReader> EventReader::Start(std::vector<EventBuffers> buffers, host::CpuWatch cpus) {
  auto state = std::make_unique<State>();
  std::erase_if(buffers, [](const EventBuffers& each) { return each.fds().empty(); });
  if (buffers.empty()) return EventReader(std::move(state));
  state->buffers = std::move(buffers);
  state->epoll = Fd(epoll_create1(EPOLL_CLOEXEC));
  if (!state->epoll.valid()) return ErrnoError("event reader: open", errno);
  const bool per_cpu = std::any_of(state->buffers.begin(), state->buffers.end(),
                                   [](const EventBuffers& each) { return each.HasPerfBuffers(); });
  if (per_cpu) state->cpus.emplace(std::move(cpus));
  for (const EventBuffers& each : state->buffers) {
    for (const int fd : each.fds()) {
      if (Status watched = Watch(state->epoll, fd); !watched) return watched.error();
    }
  }
  state->thread = StoppableThread([raw = state.get()](const auto& stop) { raw->Run(stop); });
  return EventReader(std::move(state));
}

}  // namespace bpf_exporter::kernel
