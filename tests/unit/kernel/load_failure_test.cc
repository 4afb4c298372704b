// SPDX-License-Identifier: Apache-2.0
#include "kernel/load/load_failure.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/version.h>

#include <cerrno>

namespace bpf_exporter::kernel {
namespace {

using Lines = std::vector<std::string>;

KernelFacts Root() {
  KernelFacts facts;
  facts.release = "6.1.0-32-amd64";
  facts.capabilities = ~std::uint64_t{0};
  facts.btf = true;
  facts.lockdown = "none";
  return facts;
}

KernelFacts With(std::initializer_list<int> capabilities) {
  KernelFacts facts = Root();
  facts.capabilities = 0;
  for (const int capability : capabilities) facts.capabilities |= std::uint64_t{1} << capability;
  return facts;
}

// Real messages of libbpf 1.1 and kernel 6.18.
const Lines kUnchecked = {
    "libbpf: prog 'bad': BPF program load failed: Permission denied",
    "libbpf: prog 'bad': -- BEGIN PROG LOAD LOG --",
    "0: R1=ctx() R10=fp0",
    "; __u32 k = 0; @ t.bpf.c:5",
    "0: (b7) r1 = 0                        ; R1=0",
    "1: (63) *(u32 *)(r10 -4) = r1         ; R1=0 R10=fp0 fp-8=0000????",
    "2: (bf) r2 = r10                      ; R2=fp0 R10=fp0",
    ";  @ t.bpf.c:0",
    "3: (07) r2 += -4                      ; R2=fp-4",
    "; __u64* v = bpf_map_lookup_elem(&m, &k); @ t.bpf.c:5",
    "4: (18) r1 = 0xffff8881047d2800       ; R1=map_ptr(map=m,ks=4,vs=8)",
    "6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=m,ks=4,vs=8)",
    "7: (79) r1 = *(u64 *)(r0 +0)",
    "R0 invalid mem access 'map_value_or_null'",
    "processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 "
    "mark_read 0",
    "-- END PROG LOAD LOG --",
    "libbpf: prog 'bad': failed to load: -13",
    "libbpf: failed to load object 't.bpf.o'",
};

TEST(LoadFailure, KeepsTheLastTellingLinesOfTheVerifier) {
  const LoadFailure failure = ExplainLoadFailure(kUnchecked, EACCES, Root());
  EXPECT_EQ(failure.program, "bad");
  EXPECT_EQ(failure.error.Message(),
            "load: Permission denied; the verifier says: "
            "; __u64* v = bpf_map_lookup_elem(&m, &k); @ t.bpf.c:5"
            " | 4: (18) r1 = 0xffff8881047d2800"
            " | 6: (85) call bpf_map_lookup_elem#1"
            " | 7: (79) r1 = *(u64 *)(r0 +0)"
            " | R0 invalid mem access 'map_value_or_null'");
}

TEST(LoadFailure, NamesAHelperThatTheKernelLacks) {
  const Lines lines = {
      "libbpf: prog 'p': BPF program load failed: Invalid argument",
      "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --",
      "0: R1=ctx() R10=fp0",
      "0: (85) call unknown#999",
      "invalid func unknown#999",
      "processed 1 insns (limit 1000000)",
      "-- END PROG LOAD LOG --",
      "libbpf: prog 'p': failed to load: -22",
      "libbpf: failed to load object 't.bpf.o'",
  };
  EXPECT_EQ(ExplainLoadFailure(lines, EINVAL, Root()).error.Message(),
            "load: Invalid argument; the verifier says: 0: R1=ctx() R10=fp0 | 0: (85) call "
            "unknown#999 | invalid func unknown#999; kernel 6.1.0-32-amd64 does not offer that "
            "helper function to this kind of program");
  KernelFacts locked = Root();
  locked.lockdown = "confidentiality";
  EXPECT_TRUE(ExplainLoadFailure(lines, EINVAL, locked)
                  .error.Message()
                  .ends_with("; lockdown=confidentiality takes that helper function away"));
}

TEST(LoadFailure, NamesATargetThatTheKernelLacks) {
  const Lines lines = {
      "libbpf: prog 'p': failed to find kernel BTF type ID of 'no_such_function': -3",
      "libbpf: prog 'p': failed to prepare load attributes: -3",
      "libbpf: prog 'p': failed to load: -3",
      "libbpf: failed to load object 't.bpf.o'",
  };
  EXPECT_EQ(ExplainLoadFailure(lines, ESRCH, Root()).error.Message(),
            "load: No such process; failed to find kernel BTF type ID of 'no_such_function': -3; "
            "kernel 6.1.0-32-amd64 has no function or tracepoint of that name");
}

const Lines kRefused = {
    "libbpf: prog 'p': BPF program load failed: Operation not permitted",
    "libbpf: permission error while running as root; try raising 'ulimit -l'? current value: 8.0 "
    "MiB",
    "libbpf: prog 'p': failed to load: -1",
    "libbpf: failed to load object 't.bpf.o'",
};

TEST(LoadFailure, NamesTheCapabilityThatIsMissing) {
  const auto remedy = [](const KernelFacts& facts) {
    return ExplainLoadFailure(kRefused, EPERM, facts).error.Message();
  };
  EXPECT_EQ(remedy(With({})),
            "load: Operation not permitted; the process lacks CAP_BPF (tracing programs need "
            "CAP_PERFMON too, network programs CAP_NET_ADMIN)");
  EXPECT_EQ(remedy(With({CAP_BPF})),
            "load: Operation not permitted; tracing programs need CAP_PERFMON, network programs "
            "CAP_NET_ADMIN");
  EXPECT_EQ(remedy(With({CAP_BPF, CAP_NET_ADMIN})),
            "load: Operation not permitted; the process lacks CAP_PERFMON, which tracing programs "
            "need");
  EXPECT_EQ(remedy(With({CAP_BPF, CAP_PERFMON})),
            "load: Operation not permitted; the process lacks CAP_NET_ADMIN, which network "
            "programs need");
  EXPECT_EQ(remedy(Root()),
            "load: Operation not permitted; perhaps kernel 6.1.0-32-amd64 does not allow this kind "
            "of program");
  KernelFacts locked = Root();
  locked.lockdown = "integrity";
  EXPECT_EQ(remedy(locked),
            "load: Operation not permitted; the kernel is locked down (lockdown=integrity)");
}

TEST(LoadFailure, NamesTheCapabilityAlsoWhenNothingCanBeLoaded) {
  const Lines lines = {
      "libbpf: Failed to bump RLIMIT_MEMLOCK (err = -1), you might need to do it explicitly!",
      "libbpf: Error in bpf_object__probe_loading():Operation not permitted(1). Couldn't load "
      "trivial BPF program. Make sure your kernel supports BPF (CONFIG_BPF_SYSCALL=y) and/or that "
      "RLIMIT_MEMLOCK is set to big enough value.",
      "libbpf: failed to load object 't.bpf.o'",
  };
  const LoadFailure failure = ExplainLoadFailure(lines, EPERM, With({}));
  EXPECT_EQ(failure.program, "");
  EXPECT_EQ(failure.error.Message(),
            "load: Operation not permitted; the process lacks CAP_BPF (tracing programs need "
            "CAP_PERFMON too, network programs CAP_NET_ADMIN)");
}

// As kernel 6.18 answers where the process has CAP_BPF and CAP_NET_ADMIN alone.
TEST(LoadFailure, NamesTheCapabilityThatMakesTheVerifierStrict) {
  const Lines lines = {
      "libbpf: prog 'p': BPF program load failed: Permission denied",
      "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --",
      "R1 tried to add from different maps, paths or scalars, pointer arithmetic with it "
      "prohibited "
      "for !root",
      "-- END PROG LOAD LOG --",
      "libbpf: prog 'p': failed to load: -13",
  };
  const std::string why =
      "load: Permission denied; the verifier says: R1 tried to add from different maps, paths or "
      "scalars, pointer arithmetic with it prohibited for !root";
  EXPECT_EQ(ExplainLoadFailure(lines, EACCES, With({CAP_BPF, CAP_NET_ADMIN})).error.Message(),
            why + "; the process lacks CAP_PERFMON, without which the verifier allows less");
  EXPECT_EQ(ExplainLoadFailure(lines, EACCES, With({CAP_BPF, CAP_PERFMON})).error.Message(), why);
}

// As kernel 6.1 answers to a sign-extending load.
TEST(LoadFailure, NamesTheInstructionSetOfNewKernels) {
  const Lines lines = {
      "libbpf: prog 'p': BPF program load failed: Invalid argument",
      "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --",
      "0: R1=ctx(off=0,imm=0) R10=fp0",
      "BPF_LDX uses reserved fields",
      "processed 0 insns (limit 1000000)",
      "-- END PROG LOAD LOG --",
      "libbpf: prog 'p': failed to load: -22",
  };
  KernelFacts facts = Root();
  facts.version = KERNEL_VERSION(6, 1, 0);
  EXPECT_EQ(ExplainLoadFailure(lines, EINVAL, facts).error.Message(),
            "load: Invalid argument; the verifier says: 0: R1=ctx(off=0,imm=0) R10=fp0 | BPF_LDX "
            "uses reserved fields; perhaps it was compiled with -mcpu=v4, which needs Linux 6.6; "
            "clang -mcpu=v3 makes what kernel 6.1.0-32-amd64 runs");
  facts.version = KERNEL_VERSION(6, 6, 0);
  EXPECT_EQ(ExplainLoadFailure(lines, EINVAL, facts).error.Message().find("mcpu"),
            std::string::npos);
}

TEST(LoadFailure, NamesTheMap) {
  const Lines lines = {
      "libbpf: Error in bpf_create_map_xattr(big):Invalid argument(-22). Retrying without BTF.",
      "libbpf: map 'big': failed to create: Invalid argument(-22)",
      "libbpf: failed to load object 't.bpf.o'",
  };
  const LoadFailure failure = ExplainLoadFailure(lines, EINVAL, Root());
  EXPECT_EQ(failure.program, "");
  EXPECT_EQ(failure.map, "big");
  EXPECT_EQ(failure.error.Message(), "map 'big': create: Invalid argument");
}

TEST(LoadFailure, SaysThatTheKernelHasNoBtf) {
  KernelFacts facts = Root();
  facts.btf = false;
  const Lines lines = {
      "libbpf: failed to find valid kernel BTF",
      "libbpf: Error loading vmlinux BTF: -3",
      "libbpf: failed to load object 't.bpf.o'",
  };
  EXPECT_EQ(ExplainLoadFailure(lines, ESRCH, facts).error.Message(),
            "load: No such process; Error loading vmlinux BTF: -3; this kernel has no BTF in "
            "/sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF); --btf.path can name a file that has "
            "it");
}

TEST(LoadFailure, SaysWhatItCanOfAnEmptyLog) {
  EXPECT_EQ(ExplainLoadFailure({}, 524, Root()).error.Message(),
            "load: not supported by this kernel");
}

TEST(TellingLines, KeepsTheSummaryWhenItIsAllThereIs) {
  EXPECT_EQ(TellingLines({"processed 1000001 insns (limit 1000000)"}),
            Lines{"processed 1000001 insns (limit 1000000)"});
  EXPECT_EQ(TellingLines({}), Lines{});
}

// The end of a log of kernel 7.3, shortened.
TEST(TellingLines, LeaveOutTheProseOfNewKernels) {
  EXPECT_EQ(TellingLines({
                "7: (79) r1 = *(u64 *)(r0 +0)",
                "R0 invalid mem access 'map_value_or_null'",
                "",
                "Verification failed: Register Type Safety: Invalid dereference",
                "",
                "Reason:",
                "  R0 may be NULL here (a nullable map value pointer).",
                "processed 7 insns (limit 1000000)",
            }),
            (Lines{"7: (79) r1 = *(u64 *)(r0 +0)", "R0 invalid mem access 'map_value_or_null'"}));
}

TEST(TellingLines, CutsLongLines) {
  const Lines lines = TellingLines({std::string(1000, 'x')});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], std::string(160, 'x'));
}

TEST(LoadFailure, SaysWhatTheVerifiersLimitMeans) {
  // Kernel 6.18, of a loop of a million rounds.
  const LoadFailure failure = ExplainLoadFailure(
      {"libbpf: prog 'long': BPF program load failed: Argument list too long",
       "libbpf: prog 'long': -- BEGIN PROG LOAD LOG --", "0: R1=ctx() R10=fp0",
       "BPF program is too large. Processed 1000001 insn",
       "processed 1000001 insns (limit 1000000) max_states_per_insn 4 total_states 9997 "
       "peak_states 9997 mark_read 2",
       "-- END PROG LOAD LOG --", "libbpf: prog 'long': failed to load: -7"},
      E2BIG, Root());
  EXPECT_EQ(failure.error.Message(),
            "load: Argument list too long; the verifier says: 0: R1=ctx() R10=fp0 | BPF program is "
            "too large. Processed 1000001 insn; the verifier follows at most 1,000,000 "
            "instructions of a program, on all its paths together (4,096 without CAP_BPF): unroll "
            "less, branch less in loops, use bpf_loop() or tail calls");
}

TEST(LoadFailure, TellsARefusedCallFromAProgramThatIsNotAllowed) {
  const Lines loading = {
      "libbpf: Error in bpf_object__probe_loading():Operation not permitted(1)."};
  KernelFacts facts = With({CAP_BPF, CAP_PERFMON});
  facts.seccomp = true;  // a filter that refuses something else
  EXPECT_EQ(ExplainLoadFailure(loading, EPERM, facts).error.Message(),
            "load: Operation not permitted; the process lacks CAP_NET_ADMIN, which network "
            "programs need");
  facts.bpf_refusal = EPERM;
  EXPECT_EQ(ExplainLoadFailure(loading, EPERM, facts).error.Message(),
            "load: Operation not permitted; a seccomp filter refuses bpf() (Seccomp: 2 in "
            "/proc/self/status); give the container or unit a profile that allows it");
  facts.user_namespace = true;
  EXPECT_EQ(ExplainLoadFailure(loading, EPERM, facts).error.Message(),
            "load: Operation not permitted; the process has its capabilities in a user namespace "
            "only (/proc/self/uid_map), as in a rootless container; the kernel asks for those of "
            "the host");
  KernelFacts without = Root();
  without.bpf_refusal = ENOSYS;
  EXPECT_EQ(ExplainLoadFailure(loading, ENOSYS, without).error.Message(),
            "load: Function not implemented; kernel 6.1.0-32-amd64 is built without bpf() "
            "(CONFIG_BPF_SYSCALL)");
}

TEST(LoadFailure, NamesTheLimitOfOpenFilesAlone) {
  const Lines program = {
      "libbpf: prog 'p': BPF program load failed: Too many open files",
      "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --",
      "processed 9 insns (limit 1000000) max_states_per_insn 0",
      "-- END PROG LOAD LOG --",
      "libbpf: prog 'p': failed to load: -24",
  };
  const std::string message = ExplainLoadFailure(program, EMFILE, Root()).error.Message();
  EXPECT_TRUE(message.starts_with("load: Too many open files; the process may have ")) << message;
  EXPECT_TRUE(message.ends_with(" open files (ulimit -n, LimitNOFILE= of a systemd unit)"))
      << message;
  EXPECT_EQ(message.find("LimitNOFILE"), message.rfind("LimitNOFILE")) << message;
}

TEST(LoadFailure, NamesThePinAndWhatCuresIt) {
  const auto message = [](const Lines& lines, int code) {
    return ExplainLoadFailure(lines, code, Root()).error.Message();
  };
  EXPECT_EQ(message({"libbpf: specified path /sys/fs/bpf/m is not on BPF FS",
                     "libbpf: map 'm': failed to auto-pin at '/sys/fs/bpf/m': -22",
                     "libbpf: map 'm': failed to create: Invalid argument(-22)"},
                    EINVAL),
            "map 'm': create: Invalid argument; no bpffs is mounted at the pin '/sys/fs/bpf/m': "
            "mount -t bpf bpffs /sys/fs/bpf; a container needs the host's mounted there");
  EXPECT_EQ(message({"libbpf: failed to pin map: Read-only file system",
                     "libbpf: map 'm': failed to auto-pin at '/sys/fs/bpf/m': -30",
                     "libbpf: map 'm': failed to create: Read-only file system(-30)"},
                    EROFS),
            "map 'm': create: Read-only file system; the bpffs of the pin '/sys/fs/bpf/m' is "
            "mounted read-only: mount -o remount,rw /sys/fs/bpf");
  EXPECT_EQ(message({"libbpf: failed to pin map: Permission denied",
                     "libbpf: map 'm': failed to auto-pin at '/sys/fs/bpf/m': -13",
                     "libbpf: map 'm': failed to create: Permission denied(-13)"},
                    EACCES),
            "map 'm': create: Permission denied; the pin '/sys/fs/bpf/m' cannot be made: ls -ld "
            "\"$(dirname /sys/fs/bpf/m)\" tells who may write there");
  EXPECT_EQ(
      message({"libbpf: couldn't reuse pinned map at '/sys/fs/bpf/m': parameter mismatch",
               "libbpf: map 'm': error reusing pinned map",
               "libbpf: map 'm': failed to create: Invalid argument(-22)"},
              EINVAL),
      "map 'm': create: Invalid argument; the map pinned at '/sys/fs/bpf/m' has another type, "
      "size or flags, as it is another's or an older program's: rm /sys/fs/bpf/m lets it "
      "begin anew, at 0");
  EXPECT_EQ(
      message({"libbpf: couldn't retrieve pinned map '/sys/fs/bpf/m': Permission denied",
               "libbpf: map 'm': error reusing pinned map",
               "libbpf: map 'm': failed to create: Permission denied(-13)",
               "libbpf: unpinned map 'other' from '/sys/fs/bpf/other'"},
              EACCES),
      "map 'm': create: Permission denied; what is pinned at '/sys/fs/bpf/m' cannot be opened "
      "as a map: ls -l /sys/fs/bpf/m tells whose it is");
}

TEST(LoadFailure, NamesWhereTheKernelsConfigurationIs) {
  EXPECT_EQ(ExplainLoadFailure(
                {"libbpf: failed to open system Kconfig", "libbpf: failed to load object 'k'"},
                EINVAL, Root())
                .error.Message(),
            "load: Invalid argument; failed to open system Kconfig; its __kconfig externs need the "
            "kernel's configuration: /proc/config.gz (CONFIG_IKCONFIG_PROC) or "
            "/boot/config-6.1.0-32-amd64; a container needs the host's /boot mounted");
}

}  // namespace
}  // namespace bpf_exporter::kernel
