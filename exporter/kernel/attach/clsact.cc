// SPDX-License-Identifier: Apache-2.0
// Tests: attach_network_test.cc
#include "kernel/attach/clsact.h"

#include <bpf/libbpf.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstddef>
#include <map>
#include <mutex>

#include "base/fd.h"

namespace bpf_exporter::kernel {
namespace {

std::mutex mutex;
// Which of ours are in use, by interface.
std::map<int, std::weak_ptr<Clsact>>& InUse() {
  static std::map<int, std::weak_ptr<Clsact>> in_use;
  return in_use;
}

// Whether the interface has a filter there, whoever's it is. True when the kernel does not tell:
// then nothing is removed.
bool HasFilter(int interface, std::uint32_t parent) {
  const Fd socket_fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket_fd.valid()) return true;
  const timeval patience{1, 0};
  setsockopt(socket_fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  struct {
    nlmsghdr header;
    tcmsg filter;
  } request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = RTM_GETTFILTER;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.filter.tcm_family = AF_UNSPEC;
  request.filter.tcm_ifindex = interface;
  request.filter.tcm_parent = parent;
  if (send(socket_fd.get(), &request, sizeof(request), 0) < 0) return true;
  // The first answer tells: a filter, or the end of an empty list.
  alignas(nlmsghdr) std::byte answer[16384];
  const ssize_t length = recv(socket_fd.get(), answer, sizeof(answer), 0);
  if (length < static_cast<ssize_t>(sizeof(nlmsghdr))) return true;
  return reinterpret_cast<const nlmsghdr*>(answer)->nlmsg_type != NLMSG_DONE;
}

constexpr std::uint32_t Parent(std::uint32_t minor) { return TC_H_MAKE(TC_H_CLSACT, minor); }

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
  std::shared_ptr<Clsact> clsact(new Clsact(interface, error == 0));
  known = clsact;
  return clsact;
}

Clsact::~Clsact() {
  const std::lock_guard lock(mutex);
  const auto known = InUse().find(interface_);
  // Somebody may have asked for it again since the last owner let go.
  if (known != InUse().end() && !known->second.expired()) return;
  if (known != InUse().end()) InUse().erase(known);
  if (!made_ || HasFilter(interface_, Parent(TC_H_MIN_INGRESS)) ||
      HasFilter(interface_, Parent(TC_H_MIN_EGRESS))) {
    return;
  }
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = interface_,
              .attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS));
  bpf_tc_hook_destroy(&hook);
}

}  // namespace bpf_exporter::kernel
