// SPDX-License-Identifier: Apache-2.0
#include "kernel/causes.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/version.h>

#include <cerrno>

#include "base/result.h"

namespace bpf_exporter::kernel {
namespace {

KernelFacts Root() {
  KernelFacts facts;
  facts.release = "5.10.0";
  facts.machine = "aarch64";
  facts.version = KERNEL_VERSION(5, 10, 0);
  facts.capabilities = ~std::uint64_t{0};
  facts.btf = facts.tracefs = facts.kprobes = true;
  facts.lockdown = "none";
  facts.lsms = "lockdown,bpf";
  return facts;
}

TEST(Causes, TellMemoryThatIsLockedBefore511) {
  KernelFacts facts = Root();
  facts.memlock = 64 << 10;
  const std::string memlock =
      "before Linux 5.11 maps and programs count against RLIMIT_MEMLOCK, which is 64 KiB here: "
      "ulimit -l unlimited, LimitMEMLOCK=infinity";
  EXPECT_EQ(CauseOf(Operation::kMakeMap, EPERM, facts), memlock);
  EXPECT_EQ(CauseOf(Operation::kLoadProgram, EPERM, facts), memlock);
  facts.version = KERNEL_VERSION(5, 11, 0);
  EXPECT_EQ(CauseOf(Operation::kMakeMap, EPERM, facts), "");
  facts.version = KERNEL_VERSION(5, 10, 0);
  facts.capabilities = 0;
  EXPECT_EQ(CauseOf(Operation::kMakeMap, EPERM, facts),
            "the process lacks CAP_BPF (tracing programs need CAP_PERFMON too, network programs "
            "CAP_NET_ADMIN)");
}

TEST(Causes, TellTheLimitOfOpenFiles) {
  for (const Operation operation :
       {Operation::kLoadProgram, Operation::kMakeMap, Operation::kOpenPerfBuffer,
        Operation::kTracepoint, Operation::kKprobe, Operation::kUprobe, Operation::kTrampoline,
        Operation::kPerfEvent, Operation::kXdp, Operation::kTc, Operation::kCgroup,
        Operation::kSocketFilter}) {
    const std::string text = CauseOf(operation, EMFILE, Root());
    EXPECT_NE(text.find("(ulimit -n, LimitNOFILE= of a systemd unit)"), std::string::npos) << text;
  }
}

TEST(Causes, TellWhatPerfBuffersNeed) {
  KernelFacts facts = Root();
  facts.capabilities = std::uint64_t{1} << CAP_BPF | std::uint64_t{1} << CAP_PERFMON;
  facts.perf_event_paranoid = 2;
  EXPECT_EQ(CauseOf(Operation::kOpenPerfBuffer, EPERM, facts),
            "perf buffers need CAP_PERFMON, and CAP_IPC_LOCK beyond kernel.perf_event_mlock_kb");
  facts.perf_event_paranoid = 3;  // as Debian's kernels have it
  EXPECT_EQ(CauseOf(Operation::kOpenPerfBuffer, EACCES, facts),
            "kernel.perf_event_paranoid is 3, which demands CAP_SYS_ADMIN; with 2 CAP_PERFMON is "
            "enough");
}

TEST(Causes, TellTheLimitOfTheCgroup) {
  KernelFacts facts = Root();
  EXPECT_EQ(CauseOf(Operation::kMakeMap, ENOMEM, facts),
            "a map counts against the memory limit of the cgroup");
  facts.cgroup_memory = 3 << 20;
  EXPECT_EQ(CauseOf(Operation::kMakeMap, ENOMEM, facts),
            "it counts against the memory limit of the cgroup, which has 3 MiB left");
}

TEST(Causes, MarkWhatIsAGuess) {
  KernelFacts facts = Root();
  EXPECT_EQ(CauseOf(Operation::kLoadProgram, EPERM, facts),
            "perhaps kernel 5.10.0 does not allow this kind of program");
  EXPECT_EQ(CauseOf(Operation::kLoadProgram, EINVAL, facts),
            "perhaps kernel 5.10.0 does not know what it asks for");
  EXPECT_EQ(CauseOf(Operation::kLoadProgram, kNotSupported, facts),
            "perhaps the kernel's compiler of programs lacks something that this one uses");
  EXPECT_EQ(CauseOf(Operation::kTrampoline, EBUSY, facts),
            "perhaps a program that takes the function's place is attached there");
  EXPECT_EQ(CauseOf(Operation::kUprobe, EINVAL, facts),
            "perhaps the offset is beyond the end of the file, or that is no regular file");
  EXPECT_EQ(CauseOf(Operation::kUprobe, kNotSupported, facts),
            "perhaps no instruction starts at that offset, or one that the kernel cannot probe");
  EXPECT_EQ(CauseOf(Operation::kPerfEvent, EBUSY, facts),
            "perhaps somebody else uses the CPU's counters (perf, the NMI watchdog: "
            "kernel.nmi_watchdog)");
  facts.selinux = true;
  EXPECT_EQ(CauseOf(Operation::kLoadProgram, EACCES, facts),
            "perhaps SELinux refuses it (ausearch -m avc -ts recent)");
  EXPECT_EQ(CauseOf(Operation::kMakeMap, EPERM, facts),
            "perhaps SELinux refuses it (ausearch -m avc -ts recent)");
}

TEST(Causes, TellLimitsOfTheKernel) {
  const KernelFacts facts = Root();
  EXPECT_EQ(CauseOf(Operation::kMakeMap, E2BIG, facts),
            "the kernel makes no map of so many bytes: its entries or its values are too many or "
            "too large");
  EXPECT_EQ(CauseOf(Operation::kTrampoline, E2BIG, facts),
            "the kernel runs at most 38 programs at one function, and so many are attached there");
  EXPECT_EQ(CauseOf(Operation::kTrampoline, kNotSupported, facts),
            "kernel 5.10.0 cannot do that on aarch64");
  EXPECT_EQ(CauseOf(Operation::kSocketFilter, ENOMEM, facts),
            "a filter counts against net.core.optmem_max");
  EXPECT_EQ(CauseOf(Operation::kTc, ENOENT, facts),
            "the kernel has no clsact qdisc: modprobe sch_ingress (CONFIG_NET_SCH_INGRESS)");
  EXPECT_EQ(CauseOf(Operation::kKprobe, EADDRNOTAVAIL, facts),
            "the kernel has several functions of that name and cannot tell which");
}

TEST(Causes, SayNothingOfWhatTheyDoNotKnow) {
  EXPECT_EQ(CauseOf(Operation::kXdp, EIO, Root()), "");
  EXPECT_EQ(CauseOf(Operation::kKprobe, EBUSY, Root()), "");
  EXPECT_EQ(CauseOf(Operation::kMakeMap, 0, Root()), "");
  KernelFacts nobody = Root();
  nobody.capabilities = 0;
  EXPECT_EQ(CauseOf(Operation::kKprobe, EBUSY, nobody), "") << "no capability is at fault";
}

}  // namespace
}  // namespace bpf_exporter::kernel
