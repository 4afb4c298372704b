// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <memory>

#include "base/fd.h"
#include "base/result.h"

namespace bpf_exporter::kernel {

class Clsact;

// A filter on an interface's clsact qdisc, the way before kernel 6.6. Removed on destruction; the
// qdisc goes too if we made it and no filter of anybody is left. (It outlives a killed process,
// which a link does not.)
class TcFilter {
 public:
  static Result<TcFilter> Attach(int program_fd, int interface, bool ingress);
  TcFilter(TcFilter&& other) noexcept;
  TcFilter& operator=(TcFilter&& other) noexcept;
  ~TcFilter();

  // Asks the kernel whether the filter is still there and runs our program; false if its interface
  // is gone.
  bool IsThere() const;
  int interface() const;

 private:
  TcFilter(std::shared_ptr<Clsact> clsact, bool ingress, const bpf_tc_opts& attached);

  std::shared_ptr<Clsact> clsact_;  // null: moved from
  bool ingress_;
  std::uint32_t handle_;
  std::uint32_t priority_;
  std::uint32_t program_id_;
};

// A tcx link, where the kernel has them (6.6): it goes with its descriptor.
Result<Fd> AttachTcx(int program_fd, int interface, bool ingress);

}  // namespace bpf_exporter::kernel
