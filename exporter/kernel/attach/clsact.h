// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.h"

namespace bpf_exporter::kernel {

// The clsact qdisc of an interface, shared by all our filters there.
class Clsact {
 public:
  // Returns the qdisc of an interface, and makes it if it is not there or not there any more. Any
  // thread.
  static Result<std::shared_ptr<Clsact>> Of(int interface);
  ~Clsact();
  Clsact(const Clsact&) = delete;
  Clsact& operator=(const Clsact&) = delete;

  int interface() const { return interface_; }
  // Whether this process made it, or another of this program. Any thread.
  bool made() const;

 private:
  Clsact(int interface, bool made) : interface_(interface), made_(made) {}

  int interface_;
  bool made_;
};

// Removes the clsact qdisc of an interface, unless there is a filter of anybody.
void RemoveUnusedClsact(int interface);

}  // namespace bpf_exporter::kernel
