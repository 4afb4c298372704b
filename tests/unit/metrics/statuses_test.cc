// SPDX-License-Identifier: Apache-2.0
#include "metrics/statuses.h"

#include <gtest/gtest.h>

namespace bpf_exporter::metrics {
namespace {

TEST(Statuses, WhatWasTakenDoesNotChange) {
  Statuses statuses({{.name = "one", .up = false}});
  const Statuses::Shared before = statuses.Now();
  EXPECT_EQ(statuses.Now(), before);
  statuses.Publish({{.name = "one", .up = true}, {.name = "two"}});
  EXPECT_NE(statuses.Now(), before);
  ASSERT_EQ(before->size(), 1u);
  EXPECT_FALSE(before->front().up);
  ASSERT_EQ(statuses.Now()->size(), 2u);
  EXPECT_TRUE(statuses.Now()->front().up);
}

}  // namespace
}  // namespace bpf_exporter::metrics
