// SPDX-License-Identifier: Apache-2.0
#include "loader/restart_pace.h"

#include <gtest/gtest.h>

#include <vector>

namespace bpf_exporter::loader {
namespace {

using std::chrono::seconds;

TEST(RestartPace, StartsAtOnceAndThenSlower) {
  RestartPace pace;
  Time now{seconds(1000)};
  std::vector<seconds::rep> pauses;
  for (int i = 0; i < RestartPace::kMaxEnds - 1; ++i) {
    pace.Ended(now);
    pauses.push_back(pace.pause().count());
    ASSERT_FALSE(pace.GivenUp());
    if (pace.pause() > seconds(0)) EXPECT_FALSE(pace.IsDue(now + pace.pause() - seconds(1)));
    now += pace.pause();
    ASSERT_TRUE(pace.IsDue(now));
    pace.Started(now);
  }
  EXPECT_EQ(pauses, (std::vector<seconds::rep>{0, 1, 2, 4, 8, 16, 32, 60, 60}));
  pace.Ended(now);
  EXPECT_TRUE(pace.GivenUp());
  EXPECT_FALSE(pace.IsDue(now + std::chrono::hours(24)));
}

TEST(RestartPace, BeginsAnewAfterItRanWell) {
  RestartPace pace;
  Time now{seconds(1000)};
  for (int i = 0; i < 100; ++i) {
    pace.Ended(now);
    EXPECT_EQ(pace.pause(), seconds(0));
    ASSERT_TRUE(pace.IsDue(now));
    pace.Started(now);
    now += std::chrono::minutes(10);
  }
}

TEST(RestartPace, TakesAFailureToStartForAnEnd) {
  RestartPace pace;
  const Time now{seconds(1000)};
  for (int i = 0; i < RestartPace::kMaxEnds; ++i) pace.Ended(now + std::chrono::hours(i));
  EXPECT_TRUE(pace.GivenUp());
}

}  // namespace
}  // namespace bpf_exporter::loader
