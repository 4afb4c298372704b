// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace bpf_exporter::object {

// A process of our own in which libbpf works on an object that may be corrupt: where it crashes,
// loops or overwrites memory, that costs the object and not the exporter. It serves one request
// after the other, and may use 1 GiB more memory than its parent had when it was forked.
class Child {
 public:
  // What the child makes of a request.
  struct Reply {
    std::string bytes;
    std::vector<int> descriptors = {};  // sent to the parent; they stay open in the child
    bool last = false;  // the child ends at once, and nothing of it is destroyed: no link detaches
  };
  using Serve = std::function<Reply(std::string_view request)>;

  // What came of a request. The bytes are those of a process that may have been damaged.
  struct Answer {
    std::string bytes;
    std::vector<Fd> descriptors = {};
  };

  // Forks. `serve` runs in the child, which has everything in memory that the parent has now, but
  // none of its descriptors except for `kept`; what it prints is lost, but for the log at level
  // debug. Where the parent has threads, the child has this one alone: `serve` may allocate and
  // log, and take no other lock that another of them may hold now.
  static Result<Child> Start(Serve serve, std::vector<int> kept = {});
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  // Lets the child destroy `serve` with all that it holds, and waits until it has ended.
  ~Child();

  // Sends a request and waits for the answer, which has to come within `limit`. An error is the end
  // of the child: "libbpf crashed on it (signal 11); the file is corrupt".
  Result<Answer> Ask(std::string_view request, std::chrono::seconds limit);

  // Ends the child at once.
  void End();
  // Ends the child at once, and returns the error for an answer that makes no sense.
  Error Damaged();

  // Returns whether the child has not ended, as far as is known.
  bool runs() const { return pid_ > 0; }

 private:
  Child(pid_t pid, Fd socket) : pid_(pid), socket_(std::move(socket)) {}
  Result<Answer> Exchange(std::string_view request, std::chrono::seconds limit);
  int Wait();

  pid_t pid_;  // 0: it has ended
  Fd socket_;
};

}  // namespace bpf_exporter::object
