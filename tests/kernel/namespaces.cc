// SPDX-License-Identifier: Apache-2.0
#include "kernel/namespaces.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace bpf_exporter::kernel {
namespace {

int Flag(OwnNamespace::Kind kind) {
  return kind == OwnNamespace::Kind::kNetwork ? CLONE_NEWNET : CLONE_NEWNS;
}

bool BringUpLoopback() {
  const Fd control(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return ioctl(control.get(), SIOCSIFFLAGS, &request) == 0;
}

// Keeps mounts made from now on out of the namespace that this one was copied from. In a chroot
// whose root is no mount point "/" cannot be changed; tests mount below /sys only.
bool MakeMountsPrivate() {
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 ||
         (errno == EINVAL && mount(nullptr, "/sys", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
}

}  // namespace

OwnNamespace::OwnNamespace(Kind kind)
    : kind_(kind),
      before_(open(kind == Kind::kNetwork ? "/proc/self/ns/net" : "/proc/self/ns/mnt",
                   O_RDONLY | O_CLOEXEC)) {
  if (!before_.valid() || unshare(Flag(kind)) != 0 ||
      (kind == Kind::kNetwork && !BringUpLoopback()) ||
      (kind == Kind::kMount && !MakeMountsPrivate())) {
    problem_ = std::string("cannot make a namespace: ") + std::strerror(errno);
  }
}

OwnNamespace::~OwnNamespace() {
  if (before_.valid()) setns(before_.get(), Flag(kind_));
}

bool SendDatagrams(int count, std::size_t size) {
  const Fd receiver(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const Fd sender(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  const timeval patience{5, 0};
  setsockopt(receiver.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  auto* socket_address = reinterpret_cast<sockaddr*>(&address);
  if (bind(receiver.get(), socket_address, length) != 0 ||
      getsockname(receiver.get(), socket_address, &length) != 0) {
    return false;
  }
  std::vector<char> payload(size, 'x');
  for (int i = 0; i < count; ++i) {
    if (sendto(sender.get(), payload.data(), size, 0, socket_address, length) !=
        static_cast<ssize_t>(size)) {
      return false;
    }
    if (recv(receiver.get(), payload.data(), size, 0) != static_cast<ssize_t>(size)) return false;
  }
  return true;
}

}  // namespace bpf_exporter::kernel
