// SPDX-License-Identifier: Apache-2.0
#include "base/stoppable_thread.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <optional>

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
