// SPDX-License-Identifier: Apache-2.0
// Tests: attach_network_test.cc
#include "kernel/attach/network.h"

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

#include "kernel/attach/remedy.h"
#include "plan/probe_kinds.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

namespace bpf_exporter::kernel {
namespace {

std::string InterfaceNames() {
  constexpr std::size_t kMaxNames = 10;
  const std::unique_ptr<struct if_nameindex, decltype(&if_freenameindex)> interfaces(
      if_nameindex(), if_freenameindex);
  std::string names;
  std::size_t count = 0;
  for (const struct if_nameindex* i = interfaces.get(); i != nullptr && i->if_name != nullptr;
       ++i) {
    if (count++ == kMaxNames) return names + " …";
    names.append(names.empty() ? "" : ", ").append(i->if_name);
  }
  return names;
}

std::string_view KeyOf(const plan::Place& place) { return plan::InfoOf(*place.kind).key; }

// Returns the index of the place's interface, or an error that lists the interfaces there are.
Result<int> InterfaceIndex(const plan::Place& place) {
  const unsigned index = if_nametoindex(place.target().c_str());
  if (index != 0) return static_cast<int>(index);
  // The C library asks over a socket, and does not tell when it could open none.
  const Fd asked(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (const int code = asked.valid() ? 0 : errno; code != 0) {
    return ErrnoError(fmt::format("{}: attach to interface '{}'", KeyOf(place), place.target()),
                      code);
  }
  return Error{fmt::format("{}: attach to interface '{}': no such interface (have: {})",
                           KeyOf(place), place.target(), InterfaceNames()),
               ENODEV};
}

Error Failed(const plan::Place& place, std::string_view what, int code) {
  return WithRemedy(*place.kind, ErrnoError(fmt::format("{}: {}", KeyOf(place), what), code));
}

Error NotOnInterface(const plan::Place& place, int code) {
  return Failed(place, fmt::format("attach to interface '{}'", place.target()), code);
}

// Returns where cgroup2 is mounted; empty if it is not.
std::string Cgroup2Mount() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string device, directory, type, rest;
       mounts >> device >> directory >> type && std::getline(mounts, rest);) {
    if (type == "cgroup2") return directory;
  }
  return {};
}

}  // namespace

Result<Attachment> AttachXdp(const bpf_program* program, const plan::Place& place) {
  const Result<int> index = InterfaceIndex(place);
  if (!index) return index.error();
  LinkPtr link(bpf_program__attach_xdp(program, *index));
  if (link != nullptr) return Attachment(std::move(link));
  const int code = errno;
  return NotOnInterface(place, code);
}

Result<Attachment> AttachTc(const bpf_program* program, const plan::Place& place,
                            const std::string& config) {
  const Result<int> index = InterfaceIndex(place);
  if (!index) return index.error();
  const TcHook hook{*index, place.direction == "ingress"};
  const int program_fd = bpf_program__fd(program);
  if (Result<Fd> link = AttachTcx(program_fd, hook); link.ok()) {
    return Attachment(std::move(*link));
  }
  // Before 6.6 a kernel has no such links.
  Result<TcFilter> filter = TcFilter::Attach(program_fd, hook, config, bpf_program__name(program));
  if (filter.ok()) return Attachment(std::move(*filter));
  return Failed(place,
                fmt::format("attach to {} of interface '{}'", place.direction, place.target()),
                filter.error().code);
}

Result<Attachment> AttachSocketFilter(const bpf_program* program, const plan::Place& place) {
  const Result<int> index = InterfaceIndex(place);
  if (!index) return index.error();
  const auto failed = [&](std::string_view what) {
    const int code = errno;
    return Failed(place, what, code);
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
  address.sll_ifindex = *index;
  if (bind(socket_fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return failed(fmt::format("attach to interface '{}'", place.target()));
  }
  return Attachment(std::move(socket_fd));
}

std::string CgroupPath(const plan::Place& place) {
  const std::string& path = place.target();
  // A relative path starts where cgroup2 is mounted, which differs from host to host.
  return path.starts_with('/') ? path : Cgroup2Mount() + "/" + path;
}

Result<Attachment> AttachCgroup(const bpf_program* program, const plan::Place& place) {
  const std::string mount = Cgroup2Mount();
  const std::string full = CgroupPath(place);
  const Fd directory(open(full.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) {
    const int code = errno;
    return Failed(place, fmt::format("open '{}'", full), code);
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
    return Failed(place, fmt::format("attach to '{}'", full), code);
  }
  return Attachment(std::move(link));
}

}  // namespace bpf_exporter::kernel
