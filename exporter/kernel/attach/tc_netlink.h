// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

// What libbpf cannot do with tc: list filters, and give them names.
namespace bpf_exporter::kernel {

// One of the two sides of an interface at which a clsact qdisc runs filters.
struct TcHook {
  int interface = 0;
  bool ingress = true;
};

// Returns "ingress of interface NAME", with the interface's number if it has no name any more.
std::string TcHookName(const TcHook& hook);

// A filter that runs a BPF program for packets of every protocol.
struct TcBpfFilter {
  std::uint32_t priority = 0;
  std::uint32_t handle = 0;
  std::string name;  // what the one who made it calls it
};

// Returns the interfaces of this network namespace that have a qdisc with such hooks. None of these
// functions waits more than a second for the kernel; all but AddTcFilter() need no privilege.
Result<std::vector<int>> InterfacesWithTcHooks();

// Returns the filters at a hook that run a BPF program; none if the interface is gone.
Result<std::vector<TcBpfFilter>> TcBpfFiltersAt(const TcHook& hook);

// Returns whether there is a filter of any kind at a hook. True when the kernel does not tell: then
// nothing is removed.
bool HasTcFilter(const TcHook& hook);

// Adds a filter that runs the program. Errors: EEXIST, another filter has its priority and handle;
// EINVAL, the priority is taken by filters of another kind or protocol.
Status AddTcFilter(const TcHook& hook, const TcBpfFilter& filter, int program_fd);

}  // namespace bpf_exporter::kernel
