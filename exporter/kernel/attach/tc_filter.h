// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "kernel/attach/tc_netlink.h"

namespace bpf_exporter::kernel {

class Clsact;
class ProcessToken;

// A filter on an interface's clsact qdisc, the way before kernel 6.6. Removed on destruction; the
// qdisc goes too if we made it and no filter of anybody is left. It outlives a killed process,
// which a link does not: RemoveLeftFilters() finds it by its name.
class TcFilter {
 public:
  // `config` and `program` are the names that the filter tells.
  static Result<TcFilter> Attach(int program_fd, const TcHook& hook, const std::string& config,
                                 const std::string& program);
  TcFilter(TcFilter&& other) noexcept;
  TcFilter& operator=(TcFilter&& other) noexcept;
  ~TcFilter();

  // Asks the kernel whether the filter is still there and runs our program; false if its interface
  // is gone.
  bool IsThere() const;
  int interface() const;

 private:
  TcFilter(std::shared_ptr<Clsact> clsact, std::shared_ptr<const ProcessToken> token,
           const TcHook& hook, const TcBpfFilter& filter);
  std::uint32_t ProgramThere() const;

  std::shared_ptr<Clsact> clsact_;  // null: moved from
  std::shared_ptr<const ProcessToken> token_;
  TcHook hook_;
  TcBpfFilter filter_;
  std::uint32_t program_id_ = 0;
};

// Removes the filter at that hook that has the priority and the handle.
Status RemoveTcFilter(const TcHook& hook, std::uint32_t priority, std::uint32_t handle);

// A tcx link, where the kernel has them (6.6): it goes with its descriptor.
Result<Fd> AttachTcx(int program_fd, const TcHook& hook);

}  // namespace bpf_exporter::kernel
