// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/fd.h"

namespace bpf_exporter::kernel {

// A network namespace of our own with lo up, or a mount namespace, for as long as this lives; the
// machine stays as it was. For a process with one thread.
class OwnNamespace {
 public:
  enum class Kind { kNetwork, kMount };
  explicit OwnNamespace(Kind kind);
  ~OwnNamespace();
  OwnNamespace(const OwnNamespace&) = delete;
  OwnNamespace& operator=(const OwnNamespace&) = delete;

  // Why it could not be made; empty if it is there.
  const std::string& problem() const { return problem_; }

 private:
  Kind kind_;
  Fd before_;
  std::string problem_;
};

// Sends `count` datagrams of `size` bytes over lo to a socket that receives every one.
// False if one was lost.
bool SendDatagrams(int count, std::size_t size);

}  // namespace bpf_exporter::kernel
