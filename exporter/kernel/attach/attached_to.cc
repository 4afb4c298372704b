// SPDX-License-Identifier: Apache-2.0
// Tests: follow_test.cc, tc_filter_test.cc
#include "kernel/attach/attached_to.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>

namespace bpf_exporter::kernel {
namespace {

using Where = std::optional<std::uint64_t>;

// From <linux/bpf.h> of 6.6, newer than Debian 12's. What follows the type is as for XDP.
constexpr std::uint32_t kLinkTypeTcx = 11;

Where LinkAttachedTo(int fd) {
  bpf_link_info info{};
  std::uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) return std::nullopt;
  if (info.type == BPF_LINK_TYPE_XDP || info.type == kLinkTypeTcx) return info.xdp.ifindex;
  if (info.type == BPF_LINK_TYPE_CGROUP) return info.cgroup.cgroup_id;
  return std::nullopt;
}

// A packet socket whose interface is gone has the index -1.
Where SocketOrLinkAttachedTo(int fd) {
  sockaddr_ll address{};
  socklen_t length = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return LinkAttachedTo(fd);
  }
  return static_cast<std::uint64_t>(std::max(address.sll_ifindex, 0));
}

struct Ask {
  Where operator()(const LinkPtr& link) const { return LinkAttachedTo(bpf_link__fd(link.get())); }
  Where operator()(const Fd& fd) const { return SocketOrLinkAttachedTo(fd.get()); }
  Where operator()(const TcFilter& filter) const {
    return filter.IsThere() ? static_cast<std::uint64_t>(filter.interface()) : 0;
  }
  Where operator()(const PerfEvents&) const { return std::nullopt; }
  Where operator()(const FunctionLinks&) const { return std::nullopt; }
};

}  // namespace

Where AttachedTo(const Attachment& attachment) { return std::visit(Ask(), attachment); }

}  // namespace bpf_exporter::kernel
