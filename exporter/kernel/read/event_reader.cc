// SPDX-License-Identifier: Apache-2.0
// Tests: events_test.py
#include "kernel/read/event_reader.h"

#include <sys/epoll.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "base/fd.h"
#include "base/stoppable_thread.h"

namespace bpf_exporter::kernel {
namespace {

// Records whose program suppressed the wake-up are read after this time at the latest.
constexpr std::chrono::milliseconds kMaxWait{250};

Status Watch(const Fd& epoll, int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return ErrnoError("event reader: watch a buffer", errno);
  }
  return {};
}

}  // namespace

struct EventReader::State {
  std::vector<EventBuffers> buffers;
  Fd epoll;
  StoppableThread thread;  // last, since it uses the others

  void Run(const StoppableThread::Stop& stop) {
    while (!stop.Wait(kMaxWait, {epoll.get()})) {
      for (EventBuffers& each : buffers) each.Consume();
    }
  }
};

EventReader::EventReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
EventReader::EventReader(EventReader&&) noexcept = default;
EventReader& EventReader::operator=(EventReader&&) noexcept = default;
EventReader::~EventReader() = default;

Result<EventReader> EventReader::Start(std::vector<EventBuffers> buffers) {
  auto state = std::make_unique<State>();
  std::erase_if(buffers, [](const EventBuffers& each) { return each.fds().empty(); });
  if (buffers.empty()) return EventReader(std::move(state));
  state->buffers = std::move(buffers);
  state->epoll = Fd(epoll_create1(EPOLL_CLOEXEC));
  if (!state->epoll.valid()) return ErrnoError("event reader: open", errno);
  for (const EventBuffers& each : state->buffers) {
    for (const int fd : each.fds()) {
      if (Status watched = Watch(state->epoll, fd); !watched) return watched.error();
    }
  }
  state->thread = StoppableThread([raw = state.get()](const auto& stop) { raw->Run(stop); });
  return EventReader(std::move(state));
}

}  // namespace bpf_exporter::kernel
