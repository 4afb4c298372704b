// SPDX-License-Identifier: Apache-2.0
#include "propose/halves.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace bpf_exporter::propose {
namespace {

// Takes `count` parts, of which none of `misfits` fits with others; returns how many trials it took
// and, in order, what was taken.
struct Taken {
  std::size_t trials = 0;
  std::vector<std::size_t> parts;
};
Taken TakeAllBut(const std::set<std::size_t>& misfits, std::size_t count) {
  Taken taken;
  TakeInHalves(0, count, [&](std::size_t first, std::size_t last) {
    ++taken.trials;
    const auto misfit = misfits.lower_bound(first);
    if (misfit != misfits.end() && *misfit < last) return false;
    for (std::size_t part = first; part < last; ++part) taken.parts.push_back(part);
    return true;
  });
  return taken;
}

TEST(Halves, TakeAllAtOnceIfTheyFit) {
  EXPECT_EQ(TakeAllBut({}, 0).trials, 0u);
  EXPECT_EQ(TakeAllBut({}, 1).trials, 1u);
  const Taken taken = TakeAllBut({}, 1000);
  EXPECT_EQ(taken.trials, 1u);
  EXPECT_EQ(taken.parts.size(), 1000u);
}

TEST(Halves, LeaveOutTheMisfitsAndKeepTheOrder) {
  EXPECT_EQ(TakeAllBut({0, 3}, 6).parts, (std::vector<std::size_t>{1, 2, 4, 5}));
  EXPECT_EQ(TakeAllBut({0}, 1).parts, std::vector<std::size_t>{});
  const Taken taken = TakeAllBut({700}, 1024);
  EXPECT_EQ(taken.parts.size(), 1023u);
  EXPECT_EQ(taken.trials, 21u) << "two at each of ten halvings, and all at once";
}

}  // namespace
}  // namespace bpf_exporter::propose
