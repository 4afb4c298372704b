// SPDX-License-Identifier: Apache-2.0
#include "process/systemd.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/fd.h"
#include "support/temporary_folder.h"

namespace bpf_exporter::process {
namespace {

// A socket as systemd has it; `name` starts with a NUL byte for the abstract namespace.
Fd Listen(const std::string& name) {
  Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  return fd;
}

std::string Received(const Fd& fd) {
  char text[256];
  const ssize_t size = recv(fd.get(), text, sizeof(text), 0);
  return size < 0 ? "(nothing)" : std::string(text, static_cast<std::size_t>(size));
}

class NotifyTest : public ::testing::Test {
 protected:
  void TearDown() override { unsetenv("NOTIFY_SOCKET"); }
};

TEST_F(NotifyTest, WritesToTheSocketOfTheEnvironment) {
  const TemporaryFolder folder;
  const std::string path = folder.path("notify");
  const Fd systemd = Listen(path);
  setenv("NOTIFY_SOCKET", path.c_str(), 1);
  NotifySystemd("READY=1\nSTATUS=fine");
  EXPECT_EQ(Received(systemd), "READY=1\nSTATUS=fine");
}

TEST_F(NotifyTest, KnowsTheAbstractNamespace) {
  const std::string name = "bpf_exporter_test" + std::to_string(getpid());
  const Fd systemd = Listen(std::string(1, '\0') + name);
  setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  NotifySystemd("STOPPING=1");
  EXPECT_EQ(Received(systemd), "STOPPING=1");
}

TEST_F(NotifyTest, OnlyWarnsWhenNobodyListens) {
  setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
  ::testing::internal::CaptureStderr();
  NotifySystemd("READY=1");
  EXPECT_NE(::testing::internal::GetCapturedStderr().find(
                "warning NOTIFY_SOCKET '/nonexistent/socket': No such file or directory"),
            std::string::npos);
}

TEST_F(NotifyTest, IsSilentWithoutSystemd) {
  ::testing::internal::CaptureStderr();
  NotifySystemd("READY=1");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace bpf_exporter::process
