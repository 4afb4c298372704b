// SPDX-License-Identifier: Apache-2.0
#include "base/log_stream.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>

#include "base/result.h"

namespace bpf_exporter {
namespace {

constexpr int kPatienceMs = 50;

bool IsSocket(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

}  // namespace

LogStream::LogStream(int fd) : fd_(fd), is_socket_(IsSocket(fd)) {}

void LogStream::Write(std::string_view line) {
  const std::uint64_t untold = lost_ - told_;
  std::string before = in_line_ ? "\n" : "";
  if (untold > 0) {
    before += fmt::format("{} lines were lost here: {}\n", untold,
                          code_ == 0 ? "nobody read the log" : ErrnoError("", code_).cause);
  }
  if (!before.empty()) {
    if (!WriteAll(before)) {
      ++lost_;
      return;
    }
    told_ += untold;
  }
  if (!WriteAll(line)) ++lost_;
}

// Returns whether all was written.
bool LogStream::WriteAll(std::string_view text) {
  while (!text.empty()) {
    const std::size_t written = WriteSome(text);
    if (written == 0) return false;
    in_line_ = text[written - 1] != '\n';
    text.remove_prefix(written);
  }
  return true;
}

// Writes what can be written without waiting. Returns how much; 0 if it is nothing.
std::size_t LogStream::WriteSome(std::string_view text) {
  // O_NONBLOCK would be seen by all that share the open file, such as the shell. A pipe that says
  // it is writable takes PIPE_BUF bytes at once.
  pollfd writable{fd_, POLLOUT, 0};
  const int ready = poll(&writable, 1, stalled_ ? 0 : kPatienceMs);
  stalled_ = ready != 1;
  if (stalled_) {
    code_ = 0;
    return 0;
  }
  const std::size_t size = std::min<std::size_t>(text.size(), PIPE_BUF);
  const ssize_t written = is_socket_ ? send(fd_, text.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                     : write(fd_, text.data(), size);
  code_ = written > 0 || errno == EAGAIN ? 0 : errno;
  return written > 0 ? static_cast<std::size_t>(written) : 0;
}

LogStream& StandardError() {
  static LogStream stream(STDERR_FILENO);
  return stream;
}

}  // namespace bpf_exporter
