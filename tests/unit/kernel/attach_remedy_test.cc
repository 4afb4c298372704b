// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/capability.h>

#include <cerrno>

#include "kernel/attach/remedy.h"

namespace bpf_exporter::kernel {
namespace {

KernelFacts Facts(std::initializer_list<int> capabilities) {
  KernelFacts facts;
  facts.release = "6.1.0";
  facts.perf_event_paranoid = 2;
  facts.lockdown = "none";
  facts.btf = facts.tracefs = facts.kprobes = true;
  facts.lsms = "lockdown,bpf";
  for (const int capability : capabilities) facts.capabilities |= std::uint64_t{1} << capability;
  return facts;
}

TEST(AttachRemedy, NamesTheSysctlThatDebianSets) {
  KernelFacts facts = Facts({CAP_BPF, CAP_PERFMON, CAP_DAC_READ_SEARCH});
  facts.perf_event_paranoid = 3;
  for (const config::ProbeKind kind : {config::ProbeKind::kTracepoint, config::ProbeKind::kKprobe,
                                       config::ProbeKind::kUprobe, config::ProbeKind::kPerfEvent}) {
    EXPECT_EQ(AttachRemedy(kind, EACCES, facts),
              "kernel.perf_event_paranoid is 3, which demands CAP_SYS_ADMIN; with 2 CAP_PERFMON "
              "is enough");
  }
}

TEST(AttachRemedy, NamesTheCapability) {
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kPerfEvent, EACCES, Facts({CAP_BPF})),
            "the process lacks CAP_PERFMON");
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kUprobe, EACCES, Facts({CAP_BPF, CAP_PERFMON})),
            "the process lacks CAP_SYS_ADMIN");
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kTracepoint, EACCES, Facts({CAP_BPF, CAP_PERFMON})),
            "reading tracefs needs CAP_DAC_READ_SEARCH unless the process is root's");
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kCgroup, EPERM, Facts({CAP_BPF})),
            "the process lacks CAP_NET_ADMIN");
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kSocketFilter, EPERM, Facts({CAP_BPF})),
            "the process lacks CAP_NET_RAW");
}

TEST(AttachRemedy, TellsAMissingEventFromAMissingMount) {
  KernelFacts facts = Facts({CAP_SYS_ADMIN});
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kTracepoint, ENOENT, facts),
            "kernel 6.1.0 has no such event");
  facts.tracefs = false;
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kTracepoint, ENOENT, facts),
            "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing");
  facts.lockdown = "confidentiality";  // where it is mounted and empty
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kTracepoint, ENOENT, facts),
            "lockdown=confidentiality hides tracefs");
}

TEST(AttachRemedy, TellsAMissingFunctionFromAKernelWithoutKprobes) {
  KernelFacts facts = Facts({CAP_SYS_ADMIN});
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kKretprobe, ENOENT, facts),
            "kernel 6.1.0 has no such function to probe");
  facts.lockdown = "integrity";
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kKprobe, EPERM, facts),
            "the kernel is locked down (lockdown=integrity)");
  facts.kprobes = false;
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kKprobe, ENOENT, facts),
            "this kernel is built without kprobes (CONFIG_KPROBE_EVENTS)");
}

TEST(AttachRemedy, SaysThatARawTracepointHasFewerArguments) {
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kRawTracepoint, EINVAL, Facts({CAP_SYS_ADMIN})),
            "kernel 6.1.0 gives it fewer arguments than the program reads");
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kRawTracepoint, EBUSY, Facts({CAP_SYS_ADMIN})), "");
}

TEST(AttachRemedy, KnowsThatOnlyTheBpfLsmRunsPrograms) {
  const auto runs = [](const std::string& lsms) {
    KernelFacts facts;
    facts.lsms = lsms;
    return facts.RunsBpfLsm();
  };
  EXPECT_TRUE(runs("lockdown,bpf"));
  EXPECT_FALSE(runs("lockdown,bpfx"));
  // Where securityfs is not mounted, there is no telling.
  EXPECT_TRUE(runs(""));
  EXPECT_TRUE(RunsWhatItAttaches(config::ProbeKind::kFentry));
}

TEST(AttachRemedy, NamesTheSysctlUnderAFilterOfOtherCalls) {
  KernelFacts facts = Facts({CAP_BPF, CAP_PERFMON});
  facts.seccomp = true;  // as of the systemd unit
  facts.perf_event_paranoid = 3;
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kUprobe, EACCES, facts),
            "kernel.perf_event_paranoid is 3, which demands CAP_SYS_ADMIN; with 2 CAP_PERFMON is "
            "enough");
}

TEST(AttachRemedy, SaysHowToBootForTheBpfLsm) {
  KernelFacts facts = Facts({CAP_SYS_ADMIN});
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kLsm, EBUSY, facts), "");
  facts.lsms = "lockdown,apparmor";
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kLsm, EBUSY, facts),
            "the kernel runs without the BPF LSM: boot it with lsm=lockdown,apparmor,bpf");
}

TEST(AttachRemedy, TellsARefusedCallFromAMissingCapability) {
  KernelFacts facts = Facts({CAP_BPF});
  facts.seccomp = true;
  facts.perf_event_open_refusal = EPERM;
  const std::string filter =
      "a seccomp filter refuses perf_event_open() (Seccomp: 2 in /proc/self/status); give the "
      "container or unit a profile that allows it";
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kUprobe, EPERM, facts), filter);
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kPerfEvent, EPERM, facts), filter);
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kCgroup, EPERM, facts),
            "the process lacks CAP_NET_ADMIN");
  facts.perf_event_open_refusal = ENOSYS;
  facts.seccomp = false;
  EXPECT_EQ(AttachRemedy(config::ProbeKind::kKprobe, ENOSYS, facts),
            "kernel 6.1.0 is built without perf_event_open() (CONFIG_PERF_EVENTS)");
}

}  // namespace
}  // namespace bpf_exporter::kernel
