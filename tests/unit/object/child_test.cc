// SPDX-License-Identifier: Apache-2.0
#include "object/child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "support/temporary_folder.h"

namespace bpf_exporter::object {
namespace {

constexpr std::chrono::seconds kLimit{60};

Child Start(Child::Serve serve) {
  Result<Child> child = Child::Start(std::move(serve));
  EXPECT_TRUE(child.ok());
  return *std::move(child);
}

// Why a child that does this does not answer; "it answers" if it does.
std::string ProblemOf(Child::Serve serve, std::chrono::seconds limit = kLimit) {
  Child child = Start(std::move(serve));
  const Result<Child::Answer> answer = child.Ask("", limit);
  EXPECT_EQ(child.runs(), answer.ok());
  return answer ? "it answers" : answer.error().Message();
}

// Returns how many children, running or not waited for, this process has.
std::size_t Children() {
  std::ifstream file("/proc/thread-self/children");
  return static_cast<std::size_t>(
      std::distance(std::istream_iterator<pid_t>(file), std::istream_iterator<pid_t>()));
}

std::size_t Descriptors() {
  const std::filesystem::directory_iterator folder("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
}

TEST(ChildTest, TurnsACrashIntoAnError) {
  EXPECT_EQ(ProblemOf([](auto) {
              raise(SIGSEGV);
              return Child::Reply{};
            }),
            "libbpf crashed on it (signal 11); the file is corrupt");
}

TEST(ChildTest, TurnsAnExitIntoAnError) {
  EXPECT_EQ(ProblemOf([](auto) -> Child::Reply { _exit(1); }),
            "libbpf crashed on it (exit code 1); the file is corrupt");
}

TEST(ChildTest, TurnsAnAbortIntoAnErrorAndPrintsNothing) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const std::string problem = ProblemOf([](auto) -> Child::Reply {
    printf("noise\n");
    fflush(stdout);
    fprintf(stderr, "noise\n");
    abort();
  });
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(problem, "libbpf crashed on it (signal 6); the file is corrupt");
}

TEST(ChildTest, EndsAChildThatTakesTooLong) {
  EXPECT_EQ(ProblemOf(
                [](auto) -> Child::Reply {
                  for (;;) pause();
                },
                std::chrono::seconds(1)),
            "libbpf did not finish with it in 1 s; the file is corrupt");
}

#if !defined(BPF_EXPORTER_SANITIZED)
TEST(ChildTest, BoundsTheMemory) {
  EXPECT_EQ(ProblemOf([](auto) {
              const std::string large(std::size_t{2} << 30, 'x');
              return Child::Reply{large.substr(0, 3)};
            }),
            "libbpf needs more than 1 GiB of memory for it; the file is corrupt");
}
#endif

TEST(ChildTest, AnswersRequestsOfAnySizeInTheirOrder) {
  Child child = Start([seen = std::string()](std::string_view request) mutable {
    seen += request;
    return Child::Reply{seen};
  });
  const std::string large(3'000'000, 'x');
  for (const std::string& expected : {std::string("a"), "ab" + large}) {
    const Result<Child::Answer> answer = child.Ask(expected == "a" ? "a" : "b" + large, kLimit);
    ASSERT_TRUE(answer.ok()) << answer.error().Message();
    EXPECT_TRUE(answer->bytes == expected) << answer->bytes.size();
    EXPECT_TRUE(answer->descriptors.empty());
  }
}

TEST(ChildTest, HandsOverDescriptors) {
  constexpr std::size_t kCount = 300;  // more than a message of the kernel takes
  const TemporaryFolder folder;
  const std::size_t before = Descriptors();
  {
    Child child = Start([&](std::string_view) {
      Child::Reply reply;
      for (std::size_t i = 0; i < kCount; ++i) {
        const std::string path = folder.path(std::to_string(i));
        reply.descriptors.push_back(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
      }
      return reply;
    });
    const Result<Child::Answer> answer = child.Ask("", kLimit);
    ASSERT_TRUE(answer.ok()) << answer.error().Message();
    ASSERT_EQ(answer->descriptors.size(), kCount);
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::string link = "/proc/self/fd/" + std::to_string(answer->descriptors[i].get());
      EXPECT_EQ(std::filesystem::read_symlink(link), folder.path(std::to_string(i)));
      EXPECT_EQ(fcntl(answer->descriptors[i].get(), F_GETFD), FD_CLOEXEC);
    }
  }
  EXPECT_EQ(Descriptors(), before);
}

TEST(ChildTest, HasNoneOfTheDescriptorsOfItsParent) {
  std::array<int, 2> ends;
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd reader(ends[0]), writer(ends[1]);
  Child child = Start([](std::string_view) { return Child::Reply{std::to_string(Descriptors())}; });
  const Result<Child::Answer> answer = child.Ask("", kLimit);
  ASSERT_TRUE(answer.ok()) << answer.error().Message();
  EXPECT_EQ(answer->bytes, "5") << "standard ones, the socket, and the folder that is read";
}

// Makes a file when it is destroyed.
struct Trace {
  std::string path;
  ~Trace() { std::ofstream(path) << "x"; }
};

TEST(ChildTest, LetsGoOfWhatItHoldsBeforeItsOwnerGoesOn) {
  const TemporaryFolder folder;
  const std::string path = folder.path("trace");
  std::shared_ptr<Trace> trace;
  {
    const Child child = Start([&, trace](std::string_view) mutable {
      trace.reset(new Trace{path});
      return Child::Reply{};
    });
    EXPECT_EQ(Children(), 1u);
    ASSERT_TRUE(const_cast<Child&>(child).Ask("", kLimit).ok());
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_EQ(Children(), 0u);
}

TEST(ChildTest, EndsAfterTheLastAnswerWithoutLettingGo) {
  const TemporaryFolder folder;
  const std::string path = folder.path("trace");
  std::shared_ptr<Trace> trace;
  Child child = Start([&, trace](std::string_view) mutable {
    trace.reset(new Trace{path});
    return Child::Reply{.bytes = "done", .last = true};
  });
  const Result<Child::Answer> answer = child.Ask("", kLimit);
  ASSERT_TRUE(answer.ok()) << answer.error().Message();
  EXPECT_EQ(answer->bytes, "done");
  EXPECT_FALSE(child.runs());
  EXPECT_EQ(Children(), 0u);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(child.Ask("", kLimit).error().Message(), "the process that had it has ended");
}

TEST(ChildTest, WorksWhereTheParentIgnoresItsChildren) {
  const auto before = signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(ProblemOf([](auto) -> Child::Reply { _exit(1); }),
            "libbpf crashed on it (exit code 1); the file is corrupt");
  signal(SIGCHLD, before);
}

TEST(ChildTest, EndsWhenItsAnswerMakesNoSense) {
  Child child = Start([](auto) { return Child::Reply{}; });
  EXPECT_EQ(child.Damaged().Message(), "libbpf damaged its own process; the file is corrupt");
  EXPECT_FALSE(child.runs());
  EXPECT_EQ(Children(), 0u);
}

}  // namespace
}  // namespace bpf_exporter::object
