// SPDX-License-Identifier: Apache-2.0
// Tests: attach_remedy_test.cc, load_failure_test.cc
#include "kernel/kernel_facts.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "host/memory.h"
#include "kernel/refused_calls.h"

namespace bpf_exporter::kernel {
namespace {

std::string FirstLine(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Returns the value of a line of /proc/self/status; empty if it has none of that key.
std::string StatusOf(std::string_view key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key) || line.find(":\t") != key.size()) continue;
    return line.substr(key.size() + 2);
  }
  return {};
}

std::uint64_t EffectiveCapabilities() {
  const std::string text = StatusOf("CapEff");
  std::uint64_t bits = 0;
  std::from_chars(text.data(), text.data() + text.size(), bits, 16);
  return bits;
}

// Returns whether this is not the first user namespace. What /proc/self/uid_map says does not tell:
// others can map every id to itself, too.
bool InUserNamespace() {
  constexpr ino_t kFirst = 0xEFFFFFFD;  // linux/proc_ns.h: PROC_USER_INIT_INO
  struct stat file {};
  return stat("/proc/self/ns/user", &file) == 0 && file.st_ino != kFirst;
}

// "none [integrity] confidentiality": the one in brackets.
std::string Lockdown() {
  const std::string line = FirstLine("/sys/kernel/security/lockdown");
  const std::size_t start = line.find('['), end = line.find(']');
  if (start == std::string::npos || end == std::string::npos || end < start) return {};
  return line.substr(start + 1, end - start - 1);
}

bool Exists(const char* path) { return access(path, F_OK) == 0; }

}  // namespace

bool KernelFacts::RunsBpfLsm() const {
  const std::vector<std::string_view> names = Split(lsms, ',');
  return lsms.empty() || std::find(names.begin(), names.end(), "bpf") != names.end();
}

KernelFacts ReadKernelFacts() {
  KernelFacts facts;
  utsname name{};
  if (uname(&name) == 0) {
    facts.release = name.release;
    facts.machine = name.machine;
  }
  facts.version = host::ReadMachine().kernel;
  facts.capabilities = EffectiveCapabilities();
  const std::string paranoid = FirstLine("/proc/sys/kernel/perf_event_paranoid");
  std::from_chars(paranoid.data(), paranoid.data() + paranoid.size(), facts.perf_event_paranoid);
  facts.lockdown = Lockdown();
  facts.btf = Exists("/sys/kernel/btf/vmlinux");
  facts.tracefs =
      Exists("/sys/kernel/tracing/events") || Exists("/sys/kernel/debug/tracing/events");
  facts.kprobes = Exists("/sys/bus/event_source/devices/kprobe/type");
  facts.lsms = FirstLine("/sys/kernel/security/lsm");
  facts.selinux = FirstLine("/sys/fs/selinux/enforce") == "1";
  rlimit memlock{};
  if (getrlimit(RLIMIT_MEMLOCK, &memlock) == 0 && memlock.rlim_cur != RLIM_INFINITY) {
    facts.memlock = memlock.rlim_cur;
  }
  for (const host::CgroupMemory& cgroup : host::ReadMemory().cgroups) {
    facts.cgroup_memory = std::min(facts.cgroup_memory, cgroup.free);
  }
  facts.seccomp = StatusOf("Seccomp") == "2";
  facts.user_namespace = InUserNamespace();
  facts.bpf_refusal = RefusalOf(SystemCall::kBpf);
  facts.perf_event_open_refusal = RefusalOf(SystemCall::kPerfEventOpen);
  return facts;
}

}  // namespace bpf_exporter::kernel
