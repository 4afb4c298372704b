// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"

namespace bpf_exporter::host {

// The CPUs that are online, each with how often it has gone offline since somebody looked first. A
// CPU whose number has changed went and came back: nothing that was opened on it works any more.
using OnlineCpus = std::map<int, std::uint32_t>;

// Returns the CPUs in a kernel list such as "0-3,8".
std::vector<int> ParseCpuList(std::string_view list);

// Returns the CPU that a message of the kernel's driver core says went offline:
// "offline@/devices/system/cpu/cpu1"; nothing if it says something else.
std::optional<int> CpuThatWent(std::string_view uevent);

// Returns the CPUs that are online now, none of which has gone yet; empty if the kernel does not
// tell.
OnlineCpus CpusNow();

// Follows the CPUs as they go offline and come back. It needs no privilege. One thread at a time.
class CpuWatch {
 public:
  // Hears of CPUs from now on. Where the kernel gives no netlink socket, a CPU that goes and comes
  // back between two calls of Look() is not noticed.
  CpuWatch();

  // Returns what is online now; what was, if the kernel does not tell. Valid until the next call.
  const OnlineCpus& Look();

 private:
  void Drain();

  Fd fd_;
  OnlineCpus online_;
  std::map<int, std::uint32_t> gone_;  // how often each CPU that has gone did
  std::uint32_t lost_ = 0;             // how often messages were lost, of whatever CPU
};

}  // namespace bpf_exporter::host
