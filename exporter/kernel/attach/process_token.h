// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace bpf_exporter::kernel {

// A random text that stands for this process in the names of what outlives it. As long as the
// process lives, whoever is in the same network namespace can tell that it does: process ids would
// not do, as those of containers are their own.
class ProcessToken {
 public:
  // Returns this process's token, the same to all who keep it at a time. Any thread.
  static Result<std::shared_ptr<const ProcessToken>> Get();

  const std::string& text() const { return text_; }

 private:
  ProcessToken(std::string text, Fd socket) : text_(std::move(text)), socket_(std::move(socket)) {}

  std::string text_;
  Fd socket_;  // bound to the token's address, which the kernel frees when the process ends
};

// Returns whether a process keeps that token, as far as can be told: false only if none does.
bool IsKept(const std::string& token);

}  // namespace bpf_exporter::kernel
