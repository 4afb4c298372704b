// SPDX-License-Identifier: Apache-2.0
// Tests: attach_remedy_test.cc, load_failure_test.cc, refusals_test.py
#include "kernel/refused_calls.h"

#include <fmt/core.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace bpf_exporter::kernel {

int RefusalOf(SystemCall call) {
  // No command has this number: whoever may call bpf() is told EINVAL. Attributes that are not
  // there are an EFAULT of perf_event_open().
  constexpr int kNoCommand = -1, kNoCpu = -1, kNoGroup = -1;
  if (call == SystemCall::kBpf) {
    syscall(SYS_bpf, kNoCommand, nullptr, 0);
  } else {
    syscall(SYS_perf_event_open, nullptr, 0, kNoCpu, kNoGroup, PERF_FLAG_FD_CLOEXEC);
  }
  return errno == EPERM || errno == ENOSYS ? errno : 0;
}

std::string ExplainRefusal(SystemCall call, int code, const KernelFacts& facts) {
  if (code != EPERM && code != EACCES && code != ENOSYS) return {};
  if (code != ENOSYS && facts.user_namespace) {
    return "the process has its capabilities in a user namespace only (/proc/self/uid_map), as in "
           "a rootless container; the kernel asks for those of the host";
  }
  const bool is_bpf = call == SystemCall::kBpf;
  const int refused = is_bpf ? facts.bpf_refusal : facts.perf_event_open_refusal;
  const std::string_view name = is_bpf ? "bpf()" : "perf_event_open()";
  if (refused != 0 && facts.seccomp) {
    return fmt::format(
        "a seccomp filter refuses {} (Seccomp: 2 in /proc/self/status); give the container or unit "
        "a profile that allows it",
        name);
  }
  if (refused == ENOSYS) {
    return fmt::format("kernel {} is built without {} ({})", facts.release, name,
                       is_bpf ? "CONFIG_BPF_SYSCALL" : "CONFIG_PERF_EVENTS");
  }
  return {};
}

}  // namespace bpf_exporter::kernel
