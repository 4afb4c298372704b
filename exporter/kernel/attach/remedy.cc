// SPDX-License-Identifier: Apache-2.0
// Tests: attach_remedy_test.cc
#include "kernel/attach/remedy.h"

#include <fmt/core.h>
#include <linux/capability.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "kernel/refused_calls.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::kernel {
namespace {

std::string PermissionRemedy(const KernelFacts& facts) {
  if (facts.Has(CAP_SYS_ADMIN)) {
    if (!facts.lockdown.empty() && facts.lockdown != "none") {
      return fmt::format("the kernel is locked down (lockdown={})", facts.lockdown);
    }
    return {};
  }
  // Debian and Ubuntu kernels know a level 3, which asks for CAP_SYS_ADMIN whatever else is there.
  if (facts.perf_event_paranoid > 2) {
    return fmt::format(
        "kernel.perf_event_paranoid is {}, which demands CAP_SYS_ADMIN; with 2 CAP_PERFMON is "
        "enough",
        facts.perf_event_paranoid);
  }
  if (!facts.Has(CAP_PERFMON)) return "the process lacks CAP_PERFMON";
  return "the process lacks CAP_SYS_ADMIN";
}

std::string TracepointRemedy(const KernelFacts& facts, int code) {
  if (code == ENOENT && !facts.tracefs) {
    return "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing";
  }
  if (code == ENOENT && facts.lockdown == "confidentiality") {
    return "lockdown=confidentiality hides tracefs";
  }
  if (code == ENOENT) return fmt::format("kernel {} has no such event", facts.release);
  if (code == EACCES && !facts.Has(CAP_DAC_READ_SEARCH) && facts.perf_event_paranoid <= 2) {
    return "reading tracefs needs CAP_DAC_READ_SEARCH unless the process is root's";
  }
  return PermissionRemedy(facts);
}

std::string KprobeRemedy(const KernelFacts& facts, int code) {
  if (!facts.kprobes) return "this kernel is built without kprobes (CONFIG_KPROBE_EVENTS)";
  if (code == ENOENT || code == EINVAL) {
    return fmt::format("kernel {} has no such function to probe", facts.release);
  }
  if (code == EILSEQ) return "no instruction starts at that offset";
  return PermissionRemedy(facts);
}

// Returns the system call that attaches programs of that type.
SystemCall AttachingCall(bpf_prog_type type) {
  const bool by_event = type == BPF_PROG_TYPE_KPROBE || type == BPF_PROG_TYPE_TRACEPOINT ||
                        type == BPF_PROG_TYPE_PERF_EVENT;
  return by_event ? SystemCall::kPerfEventOpen : SystemCall::kBpf;
}

}  // namespace

bool RunsWhatItAttaches(config::ProbeKind kind, std::string_view lsms) {
  if (kind != config::ProbeKind::kLsm || lsms.empty()) return true;
  const std::vector<std::string_view> names = Split(lsms, ',');
  return std::find(names.begin(), names.end(), "bpf") != names.end();
}

bool RunsWhatItAttaches(config::ProbeKind kind) {
  return kind != config::ProbeKind::kLsm || RunsWhatItAttaches(kind, ReadKernelFacts().lsms);
}

std::string AttachRemedy(config::ProbeKind kind, int code, const KernelFacts& facts) {
  const bool permission = code == EPERM || code == EACCES;
  const SystemCall call = AttachingCall(plan::InfoOf(kind).types.front());
  if (std::string why = ExplainRefusal(call, code, facts); !why.empty()) return why;
  switch (kind) {
    case config::ProbeKind::kTracepoint:
      return permission || code == ENOENT ? TracepointRemedy(facts, code) : std::string();
    case config::ProbeKind::kRawTracepoint:
      if (code == ENOENT) return fmt::format("kernel {} has no such raw tracepoint", facts.release);
      if (code == EINVAL) {
        return fmt::format("kernel {} gives it fewer arguments than the program reads",
                           facts.release);
      }
      return {};
    case config::ProbeKind::kKprobe:
    case config::ProbeKind::kKretprobe:
      return KprobeRemedy(facts, code);
    case config::ProbeKind::kUprobe:
    case config::ProbeKind::kUretprobe:
    case config::ProbeKind::kUsdt:
      return permission ? PermissionRemedy(facts) : std::string();
    case config::ProbeKind::kPerfEvent:
      if (permission) return PermissionRemedy(facts);
      if (code == ENOENT || code == EOPNOTSUPP || code == ENODEV) {
        return "this machine has no such event";
      }
      if (code == EINVAL) {
        return "the event is unknown or its frequency above kernel.perf_event_max_sample_rate";
      }
      return {};
    case config::ProbeKind::kLsm:
      if (!RunsWhatItAttaches(kind, facts.lsms)) {
        return fmt::format("the kernel runs without the BPF LSM: boot it with lsm={},bpf",
                           facts.lsms);
      }
      return {};
    case config::ProbeKind::kXdp:
      if (code == EBUSY) return "another XDP program is attached there";
      [[fallthrough]];
    case config::ProbeKind::kTc:
    case config::ProbeKind::kCgroup:
      return code == EPERM && !facts.Has(CAP_NET_ADMIN) ? "the process lacks CAP_NET_ADMIN"
                                                        : std::string();
    case config::ProbeKind::kSocketFilter:
      return code == EPERM && !facts.Has(CAP_NET_RAW) ? "the process lacks CAP_NET_RAW"
                                                      : std::string();
    case config::ProbeKind::kFentry:
    case config::ProbeKind::kFexit:
      return {};
  }
  return {};
}

Error WithRemedy(config::ProbeKind kind, Error error) {
  error.AddRemedy(AttachRemedy(kind, error.code, ReadKernelFacts()));
  return error;
}

std::string CauseText(int code) {
  constexpr int kFirstOfLibbpf =
      4000;  // of those, attaching gives only what reading ELF files does
  if (code >= kFirstOfLibbpf) return "the binary is not an ELF file that can be read";
  return ErrnoText(code);
}

}  // namespace bpf_exporter::kernel
