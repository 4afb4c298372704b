// SPDX-License-Identifier: Apache-2.0
// Tests: cpu_watch_test.cc, attach_perf_events_test.cc
#include "host/cpu_watch.h"

#include <linux/filter.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string>

#include "base/text.h"

namespace bpf_exporter::host {
namespace {

constexpr std::uint32_t kKernelsMessages = 1;  // the group; 2 has those of udev
constexpr int kMaxMessages = 10'000;

// Keeps all but "online@…" and "offline@…" from the socket, so that hosts on which devices come and
// go wake nobody.
bool TakeOnlyOnOrOff(int fd) {
  constexpr std::uint32_t kAll = 0xffffffff;
  constexpr std::uint32_t kOn = 'o' << 8 | 'n', kOff = 'o' << 8 | 'f';
  std::array<sock_filter, 5> code = {
      sock_filter BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kOn, 2, 0),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kOff, 1, 0),
      sock_filter BPF_STMT(BPF_RET | BPF_K, 0),
      sock_filter BPF_STMT(BPF_RET | BPF_K, kAll),
  };
  const sock_fprog filter{static_cast<unsigned short>(code.size()), code.data()};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

Fd OpenSocket() {
  Fd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kKernelsMessages;
  const bool open =
      fd.valid() && TakeOnlyOnOrOff(fd.get()) &&
      bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  return open ? std::move(fd) : Fd();
}

}  // namespace

std::vector<int> ParseCpuList(std::string_view list) {
  constexpr int kMaxCpus = 65536;
  std::vector<int> cpus;
  for (const std::string_view range : Split(list, ',')) {
    const std::size_t dash = range.find('-');
    const std::optional<int> first = ParseWhole<int>(range.substr(0, dash));
    const std::optional<int> last =
        dash == std::string_view::npos ? first : ParseWhole<int>(range.substr(dash + 1));
    if (!first || !last) continue;
    for (int cpu = *first; cpu <= std::min(*last, kMaxCpus); ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

std::optional<int> CpuThatWent(std::string_view uevent) {
  constexpr std::string_view kStart = "offline@/devices/system/cpu/cpu";
  const std::string_view first = uevent.substr(0, uevent.find('\0'));
  if (!first.starts_with(kStart)) return std::nullopt;
  return ParseWhole<int>(first.substr(kStart.size()));
}

OnlineCpus CpusNow() {
  std::ifstream file("/sys/devices/system/cpu/online");
  std::string list;
  std::getline(file, list);
  OnlineCpus online;
  for (const int cpu : ParseCpuList(list)) online.emplace(cpu, 0);
  return online;
}

CpuWatch::CpuWatch() : fd_(OpenSocket()), online_(CpusNow()) {}

const OnlineCpus& CpuWatch::Look() {
  // The messages first: a CPU that goes between the two is told by the next call.
  Drain();
  OnlineCpus now = CpusNow();
  if (now.empty()) return online_;
  for (auto& [cpu, times] : now) {
    const auto gone = gone_.find(cpu);
    times = lost_ + (gone == gone_.end() ? 0 : gone->second);
  }
  online_ = std::move(now);
  return online_;
}

void CpuWatch::Drain() {
  std::array<char, 4096> buffer;
  for (int i = 0; fd_.valid() && i < kMaxMessages; ++i) {
    sockaddr_nl sender{};
    socklen_t length = sizeof(sender);
    const ssize_t got = recvfrom(fd_.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&sender), &length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno != ENOBUFS) return;
    if (got < 0) ++lost_;
    if (got <= 0 || sender.nl_pid != 0) continue;  // nobody else's word counts
    const auto cpu = CpuThatWent({buffer.data(), static_cast<std::size_t>(got)});
    if (cpu) ++gone_[*cpu];
  }
}

}  // namespace bpf_exporter::host
