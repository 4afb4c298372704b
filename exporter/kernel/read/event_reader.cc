// SPDX-License-Identifier: Apache-2.0
// Tests: events_test.py
#include "kernel/read/event_reader.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include "base/fd.h"
#include "base/log.h"

namespace bpf_exporter::kernel {
namespace {

// Records whose program suppressed the wake-up are read after this time at the latest.
constexpr int kPollMilliseconds = 250;

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
  Fd stop;
  std::thread thread;

  ~State() {
    if (!thread.joinable()) return;
    const std::uint64_t one = 1;
    // This is the only write to the eventfd, so its counter cannot be full.
    if (write(stop.get(), &one, sizeof(one)) < 0) log::Error("event reader: stop: errno {}", errno);
    thread.join();
  }

  void Run() {
    std::array<epoll_event, 16> events;
    for (;;) {
      const int ready = epoll_wait(epoll.get(), events.data(), events.size(), kPollMilliseconds);
      if (ready < 0 && errno != EINTR) {
        log::Error("{}; records are no longer counted",
                   ErrnoError("event reader: wait", errno).Message());
        return;
      }
      for (int i = 0; i < ready; ++i) {
        if (events[static_cast<std::size_t>(i)].data.fd == stop.get()) return;
      }
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
  state->stop = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!state->epoll.valid() || !state->stop.valid()) return ErrnoError("event reader: open", errno);
  if (Status watched = Watch(state->epoll, state->stop.get()); !watched) return watched.error();
  for (const EventBuffers& each : state->buffers) {
    for (const int fd : each.fds()) {
      if (Status watched = Watch(state->epoll, fd); !watched) return watched.error();
    }
  }
  state->thread = std::thread([raw = state.get()] { raw->Run(); });
  return EventReader(std::move(state));
}

}  // namespace bpf_exporter::kernel
