// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/vfs.h>

#include <cerrno>
#include <fstream>
#include <memory>

#include "kernel/attach/attachment.h"
#include "kernel/attach/program_type.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

namespace bpf_exporter::kernel {
namespace {

std::string InterfaceNames() {
  constexpr std::size_t kMostNames = 10;
  const std::unique_ptr<struct if_nameindex, decltype(&if_freenameindex)> interfaces(
      if_nameindex(), if_freenameindex);
  std::string names;
  std::size_t count = 0;
  for (const struct if_nameindex* i = interfaces.get(); i != nullptr && i->if_name != nullptr;
       ++i) {
    if (count++ == kMostNames) return names + " …";
    names.append(names.empty() ? "" : ", ").append(i->if_name);
  }
  return names;
}

// Its index, or an error that lists the interfaces there are.
Result<unsigned> InterfaceIndex(config::ProbeKind kind, const std::string& name) {
  const unsigned index = if_nametoindex(name.c_str());
  if (index != 0) return index;
  return Error{fmt::format("{}: attach to interface '{}': no such interface (have: {})",
                           ProbeKindName(kind), name, InterfaceNames()),
               ENODEV};
}

Error Failed(config::ProbeKind kind, std::string_view what, int code) {
  return WithRemedy(kind, ErrnoError(fmt::format("{}: {}", ProbeKindName(kind), what), code));
}

// Where cgroup2 is mounted; empty if it is not.
std::string Cgroup2Mount() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string device, place, type, rest;
       mounts >> device >> place >> type && std::getline(mounts, rest);) {
    if (type == "cgroup2") return place;
  }
  return {};
}

}  // namespace

Result<Attachment> AttachXdp(const bpf_program* program, const std::string& interface) {
  Result<unsigned> index = InterfaceIndex(config::ProbeKind::kXdp, interface);
  if (!index) return index.error();
  LinkPtr link(bpf_program__attach_xdp(program, static_cast<int>(*index)));
  if (link == nullptr) {
    const int code = errno;
    return Failed(config::ProbeKind::kXdp, fmt::format("attach to interface '{}'", interface),
                  code);
  }
  return Attachment(std::move(link));
}

Result<Attachment> AttachTc(const bpf_program* program, const std::string& interface,
                            const std::string& direction) {
  Result<unsigned> index = InterfaceIndex(config::ProbeKind::kTc, interface);
  if (!index) return index.error();
  const bool ingress = direction == "ingress";
  if (!ingress && direction != "egress") {
    return Error{fmt::format("tc: direction '{}' is neither ingress nor egress", direction),
                 EINVAL};
  }
  const int program_fd = bpf_program__fd(program), interface_index = static_cast<int>(*index);
  if (Result<Fd> link = AttachTcx(program_fd, interface_index, ingress); link.ok()) {
    return Attachment(std::move(*link));
  }
  // Before 6.6 a kernel has no such links.
  Result<TcFilter> filter = TcFilter::Attach(program_fd, interface_index, ingress);
  if (filter.ok()) return Attachment(std::move(*filter));
  return Failed(config::ProbeKind::kTc,
                fmt::format("attach to {} of interface '{}'", direction, interface),
                filter.error().code);
}

Result<Attachment> AttachSocketFilter(const bpf_program* program, const std::string& interface) {
  Result<unsigned> index = InterfaceIndex(config::ProbeKind::kSocketFilter, interface);
  if (!index) return index.error();
  const auto failed = [&](std::string_view what) {
    const int code = errno;
    return Failed(config::ProbeKind::kSocketFilter, what, code);
  };
  // Protocol 0: no packet comes before the filter is in place.
  Fd socket_fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_fd.valid()) return failed("open a packet socket");
  const int program_fd = bpf_program__fd(program);
  if (setsockopt(socket_fd.get(), SOL_SOCKET, SO_ATTACH_BPF, &program_fd, sizeof(program_fd)) !=
      0) {
    return failed("attach to a packet socket");
  }
  // A packet over lo would otherwise be seen leaving and arriving.
  const int on = 1;
  if (setsockopt(socket_fd.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) != 0) {
    return failed("ignore outgoing packets (needs kernel 4.20)");
  }
  // Nobody reads the socket: a filter that lets packets through shall not hold memory. The kernel
  // rounds up to its least size.
  const int least = 1;
  setsockopt(socket_fd.get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(*index);
  if (bind(socket_fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return failed(fmt::format("attach to interface '{}'", interface));
  }
  return Attachment(std::move(socket_fd));
}

Result<Attachment> AttachCgroup(const bpf_program* program, const std::string& path) {
  const std::string mount = Cgroup2Mount();
  // A relative path starts where cgroup2 is mounted, which differs from host to host.
  const std::string full = path.starts_with('/') ? path : mount + "/" + path;
  const Fd directory(open(full.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) {
    const int code = errno;
    return Failed(config::ProbeKind::kCgroup, fmt::format("open '{}'", full), code);
  }
  struct statfs file_system {};
  if (fstatfs(directory.get(), &file_system) == 0 && file_system.f_type != CGROUP2_SUPER_MAGIC) {
    return Error{fmt::format("cgroup: '{}' is not in a cgroup2 file system ({})", full,
                             mount.empty() ? "none is mounted" : "one is mounted on " + mount),
                 EINVAL};
  }
  LinkPtr link(bpf_program__attach_cgroup(program, directory.get()));
  if (link == nullptr) {
    const int code = errno;
    return Failed(config::ProbeKind::kCgroup, fmt::format("attach to '{}'", full), code);
  }
  return Attachment(std::move(link));
}

}  // namespace bpf_exporter::kernel
