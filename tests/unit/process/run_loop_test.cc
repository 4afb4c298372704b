// SPDX-License-Identifier: Apache-2.0
#include "process/run_loop.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace bpf_exporter::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Sends signals to this process, each at its time after the start.
class Sender {
 public:
  explicit Sender(std::vector<std::pair<milliseconds, int>> signals)
      : thread_([signals = std::move(signals)] {
          const auto start = steady_clock::now();
          for (const auto& [when, signal] : signals) {
            std::this_thread::sleep_until(start + when);
            kill(getpid(), signal);
          }
        }) {}
  ~Sender() { thread_.join(); }

 private:
  std::thread thread_;
};

class RunLoopTest : public ::testing::Test {
 protected:
  const sigset_t signals_ = BlockSignals();
};

TEST_F(RunLoopTest, WorksEveryPeriodAndLeavesOnSigterm) {
  const Sender sender({{milliseconds(1050), SIGTERM}});
  int calls = 0;
  EXPECT_EQ(RunLoop(signals_, milliseconds(100), [&] { ++calls; }), SIGTERM);
  EXPECT_GE(calls, 5);  // 10, but for a busy machine
  EXPECT_LE(calls, 10);
}

TEST_F(RunLoopTest, LeavesOnSigintBeforeAnyWork) {
  const Sender sender({{milliseconds(50), SIGINT}});
  int calls = 0;
  EXPECT_EQ(RunLoop(signals_, std::chrono::hours(1), [&] { ++calls; }), SIGINT);
  EXPECT_EQ(calls, 0);
}

TEST_F(RunLoopTest, GoesOnAfterSighupAndDoesNotWorkEarlier) {
  const Sender sender({{milliseconds(20), SIGHUP},
                       {milliseconds(60), SIGHUP},
                       {milliseconds(90), SIGHUP},
                       {milliseconds(500), SIGTERM}});
  const auto start = steady_clock::now();
  std::vector<steady_clock::duration> calls;
  EXPECT_EQ(
      RunLoop(signals_, milliseconds(200), [&] { calls.push_back(steady_clock::now() - start); }),
      SIGTERM);
  ASSERT_GE(calls.size(), 1u);
  EXPECT_GE(calls[0], milliseconds(200));
}

TEST_F(RunLoopTest, RestsTwentyTimesAsLongAsItWorked) {
  const Sender sender({{milliseconds(1000), SIGTERM}});
  std::vector<steady_clock::time_point> starts;
  RunLoop(signals_, milliseconds(1), [&] {
    starts.push_back(steady_clock::now());
    std::this_thread::sleep_for(milliseconds(15));
  });
  ASSERT_GE(starts.size(), 2u);
  for (std::size_t i = 1; i < starts.size(); ++i) {
    EXPECT_GE(starts[i] - starts[i - 1], 21 * milliseconds(15));
  }
}

}  // namespace
}  // namespace bpf_exporter::process
