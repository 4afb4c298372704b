// SPDX-License-Identifier: Apache-2.0
#include "host/process_watch.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/temporary_folder.h"

namespace bpf_exporter::host {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using Pids = std::vector<int>;

TEST(ProcessWatch, SeesWhichComeAndEnd) {
  const TemporaryFolder proc;
  fs::create_directory(proc.path("1"));
  fs::create_directory(proc.path("self"));
  ProcessWatch watch(proc.path());
  Time now{};
  watch.Look(now);
  EXPECT_EQ(watch.young(), Pids{});
  fs::create_directory(proc.path("17"));
  for (int age = 0; age < 3; ++age) {
    watch.Look(now += seconds(1));
    EXPECT_EQ(watch.young(), Pids{17}) << age;
  }
  watch.Look(now += seconds(1));
  EXPECT_EQ(watch.young(), Pids{});
  EXPECT_EQ(watch.ended(), std::set<int>{});
  fs::remove(proc.path("1"));
  watch.Look(now += seconds(1));
  EXPECT_EQ(watch.ended(), std::set<int>{1});
  watch.Look(now += seconds(1));
  EXPECT_EQ(watch.ended(), std::set<int>{});
}

}  // namespace
}  // namespace bpf_exporter::host
