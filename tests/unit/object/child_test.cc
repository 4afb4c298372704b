// SPDX-License-Identifier: Apache-2.0
#include "object/child.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace bpf_exporter::object {
namespace {

TEST(TryInChild, TurnsACrashIntoAnError) {
  const Status status = TryInChild([]() -> Status {
    raise(SIGSEGV);
    return {};
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().Message(), "libbpf crashed on it (signal 11); the file is corrupt");
}

TEST(TryInChild, TurnsAnExitIntoAnError) {
  const Status status = TryInChild([]() -> Status { _exit(1); });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().Message(), "libbpf crashed on it (exit code 1); the file is corrupt");
}

TEST(TryInChild, HandsBackWhatTheWorkSays) {
  EXPECT_TRUE(TryInChild([]() -> Status { return {}; }).ok());
  const Status status = TryInChild([]() -> Status { return Error{"it is upside down"}; });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().Message(), "it is upside down");
}

TEST(TryInChild, WorksWhereTheParentIgnoresItsChildren) {
  const auto before = signal(SIGCHLD, SIG_IGN);
  EXPECT_TRUE(TryInChild([]() -> Status { return {}; }).ok());
  EXPECT_EQ(signal(SIGCHLD, before), SIG_IGN);
}

TEST(TryInChild, TurnsAnAbortIntoAnErrorAndPrintsNothing) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const Status status = TryInChild([]() -> Status {
    printf("noise\n");
    fflush(stdout);
    fprintf(stderr, "noise\n");
    abort();
  });
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(status.error().Message(), "libbpf crashed on it (signal 6); the file is corrupt");
}

#if !defined(BPF_EXPORTER_SANITIZED)
TEST(TryInChild, BoundsTheMemory) {
  const Status status = TryInChild([]() -> Status {
    const std::string large(std::size_t{2} << 30, 'x');
    return Error{large.substr(0, 3)};
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().Message(),
            "libbpf needs more than 1 GiB of memory for it; the file is corrupt");
}
#endif

}  // namespace
}  // namespace bpf_exporter::object
