// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bpf_exporter {

// Writes lines to a descriptor whose reader may stall, such as the pipe of a log. It waits a moment
// once, and then not at all until somebody reads again: lines are lost, counted and told of. One
// thread at a time writes.
class LogStream {
 public:
  explicit LogStream(int fd);

  // Writes `line`, which ends with a newline, after telling of those that were lost before it.
  void Write(std::string_view line);

  std::uint64_t lost() const { return lost_; }  // lines, since the start. Any thread.

 private:
  bool WriteAll(std::string_view text);
  std::size_t WriteSome(std::string_view text);

  const int fd_;
  bool is_socket_;
  bool stalled_ = false;
  int code_ = 0;          // the errno of the last write; 0: it was done, or nobody reads
  bool in_line_ = false;  // the last line was written in part
  std::atomic<std::uint64_t> lost_ = 0;
  std::uint64_t told_ = 0;  // of them
};

// Returns that of standard error, where the log goes.
LogStream& StandardError();

}  // namespace bpf_exporter
