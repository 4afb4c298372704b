// SPDX-License-Identifier: Apache-2.0
#include "base/log_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "base/fd.h"

namespace bpf_exporter {
namespace {

struct Ends {
  Fd read;
  Fd write;
};

Ends Pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

Ends Sockets() {
  std::array<int, 2> ends{};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

std::string ReadAll(const Fd& fd) {
  fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  std::string all;
  std::array<char, 4096> buffer;
  for (ssize_t got; (got = read(fd.get(), buffer.data(), buffer.size())) > 0;) {
    all.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return all;
}

std::string Line(char c) { return std::string(99, c) + "\n"; }

TEST(LogStream, WritesLinesAsTheyAre) {
  const Ends pipe = Pipe();
  LogStream log(pipe.write.get());
  log.Write("one\n");
  log.Write("two\n");
  EXPECT_EQ(ReadAll(pipe.read), "one\ntwo\n");
  EXPECT_EQ(log.lost(), 0u);
}

TEST(LogStream, LosesCountsAndTellsWhatNobodyReads) {
  for (const bool socket : {false, true}) {
    const Ends ends = socket ? Sockets() : Pipe();
    LogStream log(ends.write.get());
    for (int i = 0; i < 20'000; ++i) log.Write(Line('a'));  // more than fits in
    const std::uint64_t lost = log.lost();
    EXPECT_GT(lost, 0u);
    EXPECT_LT(lost, 20'000u);
    const std::string before = ReadAll(ends.read);
    EXPECT_EQ(before.substr(0, 100), Line('a'));
    log.Write("again\n");
    const std::string cut = before.ends_with('\n') ? "" : "\n";
    EXPECT_EQ(ReadAll(ends.read),
              cut + std::to_string(lost) + " lines were lost here: nobody read the log\nagain\n");
    log.Write("last\n");
    EXPECT_EQ(ReadAll(ends.read), "last\n");
    EXPECT_EQ(log.lost(), lost);
  }
}

TEST(LogStream, TellsWhyWhereAFileTakesNoMore) {
  const Fd file(memfd_create("log", MFD_CLOEXEC));
  ASSERT_TRUE(file.valid());
  LogStream log(file.get());
  log.Write("one\n");
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  log.Write("two\n");
  log.Write("three\n");
  setrlimit(RLIMIT_FSIZE, &before);
  log.Write("four\n");
  EXPECT_EQ(log.lost(), 2u);
  lseek(file.get(), 0, SEEK_SET);
  EXPECT_EQ(ReadAll(file), "one\n2 lines were lost here: File too large\nfour\n");
}

TEST(LogStream, WritesLinesThatAreLongerThanAPipeTakesAtOnce) {
  const Ends pipe = Pipe();
  LogStream log(pipe.write.get());
  const std::string line(10'000, 'x');
  log.Write(line + "\n");
  EXPECT_EQ(ReadAll(pipe.read), line + "\n");
}

TEST(LogStream, CountsWhatNobodyCanRead) {
  Ends pipe = Pipe();
  signal(SIGPIPE, SIG_IGN);
  LogStream log(pipe.write.get());
  pipe.read = Fd();
  log.Write("one\n");
  EXPECT_EQ(log.lost(), 1u);
}

}  // namespace
}  // namespace bpf_exporter
