// SPDX-License-Identifier: Apache-2.0
#include "base/stoppable_thread.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <future>
#include <optional>
#include <thread>

#include "base/fd.h"

namespace bpf_exporter {
namespace {

constexpr std::chrono::hours kLong{1};  // the tests would run into their limit

TEST(StoppableThread, IsWokenToStop) {
  std::atomic<bool> stopped = false;
  std::promise<void> runs;
  {
    const StoppableThread thread([&](const StoppableThread::Stop& stop) {
      runs.set_value();
      stopped = stop.Wait(kLong, {});
    });
    runs.get_future().wait();
  }
  EXPECT_TRUE(stopped);
}

TEST(StoppableThread, IsWokenByWhatItWatches) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Fd reader(ends[0]);
  const Fd writer(ends[1]);
  std::promise<bool> woken;
  const StoppableThread thread([&](const StoppableThread::Stop& stop) {
    woken.set_value(stop.Wait(kLong, {reader.get()}));
  });
  ASSERT_EQ(write(writer.get(), "x", 1), 1);
  EXPECT_FALSE(woken.get_future().get());
}

TEST(StoppableThread, GoesOnWhenItsWaitIsOver) {
  std::promise<bool> woken;
  const StoppableThread thread([&](const StoppableThread::Stop& stop) {
    woken.set_value(stop.Wait(std::chrono::milliseconds(1), {}));
  });
  EXPECT_FALSE(woken.get_future().get());
}

// poll() refuses more files than the process may have open.
TEST(StoppableThread, DoesNotSpinWhenItCannotWait) {
  constexpr std::chrono::milliseconds kWait{20};
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  std::promise<void> done;
  std::chrono::steady_clock::duration waited{};
  int failure = 0;
  {
    const auto wait = [&](const StoppableThread::Stop& stop) {
      // The sanitizer looks at a class with virtual functions once, by a pipe, which the limit
      // forbids.
      stop.Wait(std::chrono::milliseconds(1), {});
      setrlimit(RLIMIT_NOFILE, &none);
      pollfd nothing{-1, 0, 0};
      failure = poll(&nothing, 1, 0) < 0 ? errno : 0;
      const auto start = std::chrono::steady_clock::now();
      stop.Wait(kWait, {});
      waited = std::chrono::steady_clock::now() - start;
      setrlimit(RLIMIT_NOFILE, &before);
      done.set_value();
    };
    const StoppableThread thread(wait);
    done.get_future().wait();
  }
  EXPECT_EQ(failure, EINVAL);
  EXPECT_GE(waited, kWait);
}

TEST(StoppableThread, StopsSoonWhereDescriptorsHadRunOut) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  std::promise<void> restored;
  std::atomic<bool> over = false;
  std::optional<StoppableThread> thread;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  thread.emplace([&](const StoppableThread::Stop& stop) {
    restored.get_future().wait();  // poll() would fail before
    stop.Wait(kLong, {});
    over = true;
  });
  setrlimit(RLIMIT_NOFILE, &before);
  restored.set_value();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_FALSE(over) << "the wait is as long as it was";
  thread.reset();
  EXPECT_TRUE(over);
}

TEST(StoppableThread, MayBeNoneAndMoves) {
  StoppableThread none;
  std::atomic<bool> stopped = false;
  std::optional<StoppableThread> thread(
      [&](const StoppableThread::Stop& stop) { stopped = stop.Wait(kLong, {}); });
  none = std::move(*thread);
  thread.reset();
  EXPECT_FALSE(stopped);
  none = StoppableThread();
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace bpf_exporter
