// SPDX-License-Identifier: Apache-2.0
// Tests: causes_test.cc, attach_remedy_test.cc, load_failure_test.cc, refused_test.cc
#include "kernel/causes.h"

#include <fmt/core.h>
#include <linux/capability.h>
#include <linux/version.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/open_files.h"
#include "base/result.h"
#include "base/size.h"
#include "kernel/refused_calls.h"

namespace bpf_exporter::kernel {
namespace {

using Facts = const KernelFacts&;
using enum Operation;

constexpr unsigned Of(std::initializer_list<Operation> operations) {
  unsigned bits = 0;
  for (const Operation operation : operations) bits |= static_cast<unsigned>(operation);
  return bits;
}

// The operations that ask for a perf event; all others ask bpf() or a socket.
constexpr unsigned kByEvent = Of({kTracepoint, kKprobe, kUprobe, kPerfEvent, kOpenPerfBuffer});
constexpr unsigned kTracing = Of({kTracepoint, kKprobe, kUprobe, kPerfEvent});

bool Always(Facts) { return true; }
bool IsLocked(Facts f) { return !f.lockdown.empty() && f.lockdown != "none"; }
bool IsAdmin(Facts f) { return f.Has(CAP_SYS_ADMIN); }
bool MayTrace(Facts f) { return IsAdmin(f) || f.Has(CAP_PERFMON); }

// Maps and programs were charged to it before 5.11.
bool IsChargedToMemlock(Facts f) {
  return f.version < KERNEL_VERSION(5, 11, 0) && f.memlock != UINT64_MAX;
}

template <const char* Text>
std::string Say(Facts) {
  return Text;
}

std::string Locked(Facts f) {
  return fmt::format("the kernel is locked down (lockdown={})", f.lockdown);
}

constexpr char kLacksBpf[] =
    "the process lacks CAP_BPF (tracing programs need CAP_PERFMON too, network programs "
    "CAP_NET_ADMIN)";
constexpr char kLacksBoth[] = "tracing programs need CAP_PERFMON, network programs CAP_NET_ADMIN";
constexpr char kLacksTracing[] = "the process lacks CAP_PERFMON, which tracing programs need";
constexpr char kLacksNetwork[] = "the process lacks CAP_NET_ADMIN, which network programs need";
constexpr char kLacksPerfmon[] = "the process lacks CAP_PERFMON";
constexpr char kLacksSysAdmin[] = "the process lacks CAP_SYS_ADMIN";
constexpr char kLacksNetAdmin[] = "the process lacks CAP_NET_ADMIN";
constexpr char kLacksNetRaw[] = "the process lacks CAP_NET_RAW";
constexpr char kSelinux[] = "perhaps SELinux refuses it (ausearch -m avc -ts recent)";
constexpr char kTooLong[] =
    "the verifier follows at most 1,000,000 instructions of a program, on all its paths together "
    "(4,096 without CAP_BPF): unroll less, branch less in loops, use bpf_loop() or tail calls";
constexpr char kNoJit[] =
    "perhaps the kernel's compiler of programs lacks something that this one uses";
constexpr char kNoMemory[] = "a map counts against the memory limit of the cgroup";
constexpr char kLargerThanAny[] =
    "the kernel makes no map of so many bytes: its entries or its values are too many or too large";
constexpr char kPerfBuffer[] =
    "perf buffers need CAP_PERFMON, and CAP_IPC_LOCK beyond kernel.perf_event_mlock_kb";
constexpr char kNoTracefs[] =
    "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing";
constexpr char kHiddenTracefs[] = "lockdown=confidentiality hides tracefs";
constexpr char kUnreadableTracefs[] =
    "reading tracefs needs CAP_DAC_READ_SEARCH unless the process is root's";
constexpr char kNoKprobes[] = "this kernel is built without kprobes (CONFIG_KPROBE_EVENTS)";
constexpr char kNoInstruction[] = "no instruction starts at that offset";
constexpr char kNoStep[] =
    "perhaps no instruction starts at that offset, or one that the kernel cannot probe";
constexpr char kNoOffset[] =
    "perhaps the offset is beyond the end of the file, or that is no regular file";
constexpr char kSeveral[] = "the kernel has several functions of that name and cannot tell which";
constexpr char kManyTrampolines[] =
    "the kernel runs at most 38 programs at one function, and so many are attached there";
constexpr char kReplaced[] = "perhaps a program that takes the function's place is attached there";
constexpr char kNoEvent[] = "this machine has no such event";
constexpr char kUnknownEvent[] =
    "the event is unknown or its frequency above kernel.perf_event_max_sample_rate";
constexpr char kNoCounter[] =
    "perhaps somebody else uses the CPU's counters (perf, the NMI watchdog: kernel.nmi_watchdog)";
constexpr char kOtherXdp[] = "another XDP program is attached there";
constexpr char kTooLargeMtu[] =
    "perhaps the MTU, of a veth that of its peer, is larger than a program may have packets: at "
    "most a page less 300 to 600 bytes";
constexpr char kQueues[] =
    "perhaps the interface has fewer receive queues than a program needs: of a veth at least as "
    "many as its peer has for sending (ethtool -L)";
constexpr char kNoClsact[] =
    "the kernel has no clsact qdisc: modprobe sch_ingress (CONFIG_NET_SCH_INGRESS)";
constexpr char kExclusive[] =
    "perhaps a program was attached to a cgroup above without BPF_F_ALLOW_MULTI, which allows no "
    "other below (bpftool cgroup tree)";
constexpr char kManyInCgroup[] = "the kernel runs at most 64 programs of a type in a cgroup";
constexpr char kOptionMemory[] = "a filter counts against net.core.optmem_max";

std::string Paranoid(Facts f) {
  return fmt::format(
      "kernel.perf_event_paranoid is {}, which demands CAP_SYS_ADMIN; with 2 CAP_PERFMON is enough",
      f.perf_event_paranoid);
}

std::string Memlock(Facts f) {
  return fmt::format(
      "before Linux 5.11 maps and programs count against RLIMIT_MEMLOCK, which is {} here: ulimit "
      "-l unlimited, LimitMEMLOCK=infinity",
      SizeText(f.memlock));
}

std::string CgroupMemory(Facts f) {
  return fmt::format("it counts against the memory limit of the cgroup, which has {} left",
                     SizeText(f.cgroup_memory));
}

std::string BootWithBpf(Facts f) {
  return fmt::format("the kernel runs without the BPF LSM: boot it with lsm={},bpf", f.lsms);
}

std::string NoTrampolines(Facts f) {
  return fmt::format("kernel {} cannot do that on {}", f.release, f.machine);
}

struct Row {
  unsigned operations;
  std::array<int, 4> codes;  // 0: no more
  bool (*holds)(Facts);
  std::string (*text)(Facts);
};

// What a kernel lacks, by its release.
template <const char* Format>
std::string Release(Facts f) {
  return fmt::format(fmt::runtime(Format), f.release);
}
constexpr char kNotAllowed[] = "perhaps kernel {} does not allow this kind of program";
constexpr char kNotKnown[] = "perhaps kernel {} does not know what it asks for";
constexpr char kNoSuchEvent[] = "kernel {} has no such event";
constexpr char kNoRawTracepoint[] = "kernel {} has no such raw tracepoint";
constexpr char kFewerArguments[] = "kernel {} gives it fewer arguments than the program reads";
constexpr char kNoFunction[] = "kernel {} has no such function to probe";

constexpr unsigned kLoading = Of({kLoadProgram, kMakeMap});

constexpr Row kTable[] = {
    // Loading.
    {kLoading, {EPERM}, [](Facts f) { return !IsAdmin(f) && !f.Has(CAP_BPF); }, Say<kLacksBpf>},
    {kLoading, {EPERM}, IsChargedToMemlock, Memlock},
    {Of({kLoadProgram}),
     {EPERM},
     [](Facts f) { return !MayTrace(f) && !f.Has(CAP_NET_ADMIN); },
     Say<kLacksBoth>},
    {Of({kLoadProgram}), {EPERM}, [](Facts f) { return !MayTrace(f); }, Say<kLacksTracing>},
    {Of({kLoadProgram}),
     {EPERM},
     [](Facts f) { return !IsAdmin(f) && !f.Has(CAP_NET_ADMIN); },
     Say<kLacksNetwork>},
    {kLoading, {EPERM}, IsLocked, Locked},
    {kLoading, {EACCES, EPERM}, [](Facts f) { return f.selinux; }, Say<kSelinux>},
    {Of({kLoadProgram}), {EPERM}, Always, Release<kNotAllowed>},
    {Of({kLoadProgram}), {EINVAL}, Always, Release<kNotKnown>},
    {Of({kLoadProgram}), {E2BIG}, Always, Say<kTooLong>},
    {Of({kLoadProgram}), {kNotSupported}, Always, Say<kNoJit>},
    {Of({kMakeMap}), {E2BIG}, Always, Say<kLargerThanAny>},
    {kLoading, {ENOMEM}, [](Facts f) { return f.cgroup_memory != UINT64_MAX; }, CgroupMemory},
    {kLoading, {ENOMEM}, Always, Say<kNoMemory>},

    // What has nothing to do with rights comes before them.
    {Of({kTracepoint}),
     {ENOENT},
     [](Facts f) { return f.lockdown == "confidentiality"; },
     Say<kHiddenTracefs>},
    {Of({kTracepoint}), {ENOENT}, [](Facts f) { return !f.tracefs; }, Say<kNoTracefs>},
    {Of({kTracepoint}), {ENOENT}, Always, Release<kNoSuchEvent>},
    {Of({kTracepoint}),
     {EACCES},
     [](Facts f) { return !f.Has(CAP_DAC_READ_SEARCH) && f.perf_event_paranoid <= 2; },
     Say<kUnreadableTracefs>},
    {Of({kRawTracepoint}), {ENOENT}, Always, Release<kNoRawTracepoint>},
    {Of({kRawTracepoint}), {EINVAL}, Always, Release<kFewerArguments>},
    {Of({kKprobe}), {}, [](Facts f) { return !f.kprobes; }, Say<kNoKprobes>},
    {Of({kKprobe}), {ENOENT, EINVAL}, Always, Release<kNoFunction>},
    {Of({kKprobe}), {EILSEQ}, Always, Say<kNoInstruction>},
    {Of({kKprobe}), {EADDRNOTAVAIL}, Always, Say<kSeveral>},
    {Of({kLsm}), {}, [](Facts f) { return !f.RunsBpfLsm(); }, BootWithBpf},
    {Of({kTrampoline, kLsm}), {E2BIG}, Always, Say<kManyTrampolines>},
    {Of({kTrampoline}), {EBUSY}, Always, Say<kReplaced>},
    {Of({kTrampoline, kLsm}), {kNotSupported, ENOTSUP}, Always, NoTrampolines},
    {Of({kUprobe}), {EINVAL}, Always, Say<kNoOffset>},
    {Of({kUprobe}), {kNotSupported}, Always, Say<kNoStep>},
    {Of({kPerfEvent}), {ENOENT, EOPNOTSUPP, ENODEV}, Always, Say<kNoEvent>},
    {Of({kPerfEvent}), {EINVAL}, Always, Say<kUnknownEvent>},
    {Of({kPerfEvent}), {EBUSY, ENOSPC}, Always, Say<kNoCounter>},
    {Of({kXdp}), {EBUSY}, Always, Say<kOtherXdp>},
    {Of({kXdp}), {ERANGE}, Always, Say<kTooLargeMtu>},
    {Of({kXdp}), {ENOSPC}, Always, Say<kQueues>},
    {Of({kTc}), {ENOENT}, Always, Say<kNoClsact>},
    {Of({kCgroup}), {E2BIG}, Always, Say<kManyInCgroup>},
    {Of({kSocketFilter}), {ENOMEM}, Always, Say<kOptionMemory>},

    // Rights.
    {kTracing, {EPERM, EACCES}, [](Facts f) { return IsAdmin(f) && IsLocked(f); }, Locked},
    {kByEvent,
     {EPERM, EACCES},
     // Debian and Ubuntu kernels know a level 3, which asks for CAP_SYS_ADMIN whatever else is
     // there.
     [](Facts f) { return !IsAdmin(f) && f.perf_event_paranoid > 2; },
     Paranoid},
    {Of({kOpenPerfBuffer}), {EPERM, EACCES}, Always, Say<kPerfBuffer>},
    {kTracing, {EPERM, EACCES}, [](Facts f) { return !MayTrace(f); }, Say<kLacksPerfmon>},
    {kTracing, {EPERM, EACCES}, [](Facts f) { return !IsAdmin(f); }, Say<kLacksSysAdmin>},
    {Of({kXdp, kTc, kCgroup}),
     {EPERM},
     [](Facts f) { return !f.Has(CAP_NET_ADMIN); },
     Say<kLacksNetAdmin>},
    {Of({kCgroup}), {EPERM}, Always, Say<kExclusive>},
    {Of({kSocketFilter}), {EPERM}, [](Facts f) { return !f.Has(CAP_NET_RAW); }, Say<kLacksNetRaw>},
};

bool IsAbout(const Row& row, Operation operation, int code) {
  if ((row.operations & static_cast<unsigned>(operation)) == 0) return false;
  return row.codes[0] == 0 ||
         std::find(row.codes.begin(), row.codes.end(), code) != row.codes.end();
}

}  // namespace

std::string CauseOf(Operation operation, int code, const KernelFacts& facts) {
  if (code == 0) return {};
  if (std::string files = OpenFilesRemedy(code); !files.empty()) return files;
  const bool by_event = (kByEvent & static_cast<unsigned>(operation)) != 0;
  const SystemCall call = by_event ? SystemCall::kPerfEventOpen : SystemCall::kBpf;
  if (std::string why = ExplainRefusal(call, code, facts); !why.empty()) return why;
  for (const Row& row : kTable) {
    if (IsAbout(row, operation, code) && row.holds(facts)) return row.text(facts);
  }
  return {};
}

}  // namespace bpf_exporter::kernel
