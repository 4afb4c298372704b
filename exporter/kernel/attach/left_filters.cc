// SPDX-License-Identifier: Apache-2.0
// Tests: tc_filter_test.cc
#include "kernel/attach/left_filters.h"

#include <fmt/core.h>
#include <linux/capability.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"
#include "kernel/attach/clsact.h"
#include "kernel/attach/process_token.h"
#include "kernel/attach/tc_filter.h"
#include "kernel/attach/tc_filter_name.h"
#include "kernel/attach/tc_netlink.h"
#include "kernel/kernel_facts.h"

namespace bpf_exporter::kernel {
namespace {

using Configs = std::optional<std::vector<std::string>>;

bool Concerns(const Configs& configs, const TcFilterName& name) {
  return !configs || std::any_of(configs->begin(), configs->end(), [&](const std::string& config) {
    return IsOfConfig(name, config);
  });
}

Error NotRemoved(const std::string& what, const Error& why) {
  Error error = why.In(fmt::format("remove {}", what));
  if (why.code == EPERM && !ReadKernelFacts().Has(CAP_NET_ADMIN)) {
    error.AddRemedy("the process lacks CAP_NET_ADMIN");
  }
  return error;
}

// Removes what was left at one hook. Sets `made_qdisc` if one who left something had made the
// qdisc.
Status RemoveAt(const TcHook& hook, const Configs& configs, bool& made_qdisc) {
  const Result<std::vector<TcBpfFilter>> filters = TcBpfFiltersAt(hook);
  if (!filters) return filters.error();
  Status all;
  for (const TcBpfFilter& filter : *filters) {
    const std::optional<TcFilterName> name = ParseTcFilterName(filter.name);
    if (!name || !Concerns(configs, *name) || IsKept(name->token)) continue;
    const std::string what =
        fmt::format("the tc filter of config '{}', program '{}' at {}, which a killed run left",
                    name->config, name->program, TcHookName(hook));
    if (const Status removed = RemoveTcFilter(hook, filter.priority, filter.handle); !removed) {
      if (all) all = NotRemoved(what, removed.error());
      continue;
    }
    made_qdisc = made_qdisc || name->made_qdisc;
    log::Info("removed {}", what);
  }
  return all;
}

}  // namespace

Status RemoveLeftFilters(const Configs& configs) {
  const Result<std::vector<int>> interfaces = InterfacesWithTcHooks();
  if (!interfaces) return interfaces.error();
  Status all;
  for (const int interface : *interfaces) {
    bool made_qdisc = false;
    for (const bool ingress : {true, false}) {
      const Status removed = RemoveAt({interface, ingress}, configs, made_qdisc);
      if (!removed && all) all = removed;
    }
    if (made_qdisc) RemoveUnusedClsact(interface);
  }
  return all;
}

}  // namespace bpf_exporter::kernel
