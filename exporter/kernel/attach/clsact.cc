// SPDX-License-Identifier: Apache-2.0
// Tests: tc_filter_test.cc
#include "kernel/attach/clsact.h"

#include <bpf/libbpf.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "kernel/attach/tc_filter_name.h"
#include "kernel/attach/tc_netlink.h"

namespace bpf_exporter::kernel {
namespace {

std::mutex mutex;
// Which of ours are in use, by interface.
std::map<int, std::weak_ptr<Clsact>>& InUse() {
  static std::map<int, std::weak_ptr<Clsact>> in_use;
  return in_use;
}

// Returns whether a filter there says that its process made the qdisc: each configuration may have
// a process of its own, and the last of them is to remove it.
bool IsMadeByOneOfOurs(int interface) {
  for (const bool ingress : {true, false}) {
    const Result<std::vector<TcBpfFilter>> filters = TcBpfFiltersAt({interface, ingress});
    if (!filters) return false;
    for (const TcBpfFilter& filter : *filters) {
      const std::optional<TcFilterName> name = ParseTcFilterName(filter.name);
      if (name && name->made_qdisc) return true;
    }
  }
  return false;
}

}  // namespace

Result<std::shared_ptr<Clsact>> Clsact::Of(int interface) {
  const std::lock_guard lock(mutex);
  std::weak_ptr<Clsact>& known = InUse()[interface];
  // Asks the kernel even if one of ours is in use: somebody may have removed it, or have removed
  // the interface and made another one of its number.
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = interface,
              .attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS));
  const int error = -bpf_tc_hook_create(&hook);
  if (error != 0 && error != EEXIST) return ErrnoError("make clsact qdisc", error);
  if (std::shared_ptr<Clsact> clsact = known.lock()) {
    clsact->made_ = clsact->made_ || error == 0;
    return clsact;
  }
  std::shared_ptr<Clsact> clsact(new Clsact(interface, error == 0 || IsMadeByOneOfOurs(interface)));
  known = clsact;
  return clsact;
}

bool Clsact::made() const {
  const std::lock_guard lock(mutex);
  return made_;
}

Clsact::~Clsact() {
  const std::lock_guard lock(mutex);
  const auto known = InUse().find(interface_);
  // Somebody may have asked for it again since the last owner let go.
  if (known != InUse().end() && !known->second.expired()) return;
  if (known != InUse().end()) InUse().erase(known);
  if (made_) RemoveUnusedClsact(interface_);
}

void RemoveUnusedClsact(int interface) {
  if (HasTcFilter({interface, true}) || HasTcFilter({interface, false})) return;
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = interface,
              .attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS));
  bpf_tc_hook_destroy(&hook);
}

}  // namespace bpf_exporter::kernel
