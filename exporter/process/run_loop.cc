// SPDX-License-Identifier: Apache-2.0
#include "process/run_loop.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/log.h"
#include "base/pace.h"

namespace bpf_exporter::process {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a log reader that goes away must not end us
  return signals;
}

int WaitForSignal(const sigset_t& signals, std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec timeout{static_cast<std::time_t>(seconds.count()),
                         static_cast<long>((time - seconds).count())};
  const int signal = sigtimedwait(&signals, nullptr, &timeout);
  return std::max(signal, 0);  // EAGAIN: the time is up; EINTR: stopped and continued
}

int RunLoop(const sigset_t& signals, std::chrono::nanoseconds period,
            const std::function<void()>& work) {
  Clock::time_point next = Clock::now() + period;
  for (;;) {
    const int signal =
        WaitForSignal(signals, std::max<std::chrono::nanoseconds>(next - Clock::now(), {}));
    if (signal == SIGTERM || signal == SIGINT) return signal;
    if (signal == SIGHUP) log::Warn("SIGHUP: reloading is not supported yet; restart instead");
    const Clock::time_point start = Clock::now();
    if (start < next) continue;
    work();
    const Clock::time_point end = Clock::now();
    next = std::max(next + period, end + RestAfter(end - start));
    if (next <= end) next = end + period;  // after a suspend: no burst of those that were missed
  }
}

}  // namespace bpf_exporter::process
