// SPDX-License-Identifier: Apache-2.0
#include "base/open_files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "base/result.h"

namespace bpf_exporter {
namespace {

TEST(OpenFiles, NamesTheLimitAndTheRemedyOnce) {
  const std::string process =
      fmt::format("the process may have {} open files (ulimit -n, LimitNOFILE= of a systemd unit)",
                  sysconf(_SC_OPEN_MAX));
  Error error = ErrnoError("open 'x'", EMFILE);
  EXPECT_EQ(error.Message(), "open 'x': Too many open files; " + process);
  error.AddRemedy(OpenFilesRemedy(EMFILE));
  error.AddRemedy("another");
  EXPECT_EQ(error.Message(), "open 'x': Too many open files; " + process + "; another");
  EXPECT_EQ(ErrnoError("open 'x'", ENFILE).Message(),
            "open 'x': Too many open files in system; the host has as many open files as sysctl "
            "fs.file-max allows");
}

TEST(OpenFiles, SaysNothingOfOtherErrors) {
  EXPECT_EQ(OpenFilesRemedy(ENOENT), "");
  EXPECT_EQ(ErrnoError("open 'x'", ENOENT).Message(), "open 'x': No such file or directory");
}

}  // namespace
}  // namespace bpf_exporter
