// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace bpf_exporter::object {

// Collects what libbpf prints on this thread while the object lives, instead of letting it go to
// standard error; libbpf tells the cause of a failure nowhere else. A thread has one at a time.
class LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;

  // The lines since the start, oldest first; at most the newest 1,000. Of a message that has more
  // than 200, such as a verifier's log, the first one and the last 200 are there.
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  friend struct LibbpfLogAccess;
  std::vector<std::string> lines_;
};

}  // namespace bpf_exporter::object
