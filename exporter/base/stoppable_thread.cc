// SPDX-License-Identifier: Apache-2.0
#include "base/stoppable_thread.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "base/fd.h"
#include "base/log.h"

namespace bpf_exporter {

class StoppableThread::State : public StoppableThread::Stop {
 public:
  explicit State(std::function<void(const Stop&)> body) try
      : thread_([this, body = std::move(body)] { body(*this); }) {
  } catch (const std::system_error& error) {
    throw std::runtime_error(ThreadError(error.code().value()).Message());
  }
  ~State() override {
    stopping_ = true;
    const std::uint64_t one = 1;
    if (wake_.valid() && write(wake_.get(), &one, sizeof(one)) < 0) {
      log::Debug("stop a thread: errno {}", errno);
    }
    thread_.join();
  }

  bool Wait(std::chrono::milliseconds wait, std::initializer_list<int> watched) const override {
    std::array<pollfd, 1 + kMaxWatched> fds;
    std::size_t count = 0;
    fds[count++] = {wake_.get(), POLLIN, 0};
    for (const int fd : watched) {
      if (count < fds.size()) fds[count++] = {fd, POLLIN, 0};
    }
    const auto end = std::chrono::steady_clock::now() + wait;
    for (;;) {
      // Without an eventfd nobody can wake it: it looks now and then whether it is to stop.
      const std::chrono::milliseconds slice = wake_.valid() ? wait : std::min(wait, kWaitBlindly);
      const int ready = poll(fds.data(), count, static_cast<int>(slice.count()));  // passes over -1
      if (ready < 0 && errno != EINTR && !stopping_) {
        // Out of memory, or of descriptors: a body that waits in a loop must not spin meanwhile.
        std::this_thread::sleep_for(std::min(wait, kWaitBlindly));
      }
      const bool over = slice == wait || std::chrono::steady_clock::now() >= end;
      if (ready != 0 || over || stopping_) return stopping_;
    }
  }

 private:
  static constexpr std::size_t kMaxWatched = 4;
  static constexpr std::chrono::milliseconds kWaitBlindly{100};

  std::atomic<bool> stopping_ = false;
  // Not valid where descriptors had run out.
  const Fd wake_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::thread thread_;  // last, since it uses the others
};

Error ThreadError(int code) {
  Error error = ErrnoError("make a thread", code);
  error.AddRemedy(
      "raise the limit of threads: pids.max of the cgroup, TasksMax of the unit, ulimit -u");
  return error;
}

StoppableThread::StoppableThread() = default;
StoppableThread::StoppableThread(std::function<void(const Stop&)> body)
    : state_(std::make_unique<State>(std::move(body))) {}
StoppableThread::StoppableThread(StoppableThread&&) noexcept = default;
StoppableThread& StoppableThread::operator=(StoppableThread&&) noexcept = default;
StoppableThread::~StoppableThread() = default;

}  // namespace bpf_exporter
