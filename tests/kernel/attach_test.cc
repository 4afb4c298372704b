#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "kernel/hits.h"
#include "kernel/namespaces.h"
#include "kernel/support.h"

// A place for uprobes. Its own function whatever the optimizer thinks.
extern "C" __attribute__((noinline, used, visibility("default"))) int bpf_exporter_test_place(
    int number) {
  asm volatile("" ::: "memory");
  return number + 1;
}

// A static tracepoint, as <sys/sdt.h> would make it: a nop and a note that says where it is.
// clang-format off
extern "C" __attribute__((noinline, used)) void bpf_exporter_test_static_place() {
  asm volatile(
      "990: nop\n"
      ".pushsection .note.stapsdt,\"\",\"note\"\n"
      ".balign 4\n"
      ".4byte 992f-991f, 994f-993f, 3\n"
      "991: .asciz \"stapsdt\"\n"
      "992: .balign 4\n"
      "993: .8byte 990b\n"
      ".8byte _.stapsdt.base\n"
      ".8byte 0\n"
      ".asciz \"bpf_exporter_test\"\n"
      ".asciz \"place\"\n"
      ".asciz \"\"\n"
      "994: .balign 4\n"
      ".popsection\n"
      ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"
      ".weak _.stapsdt.base\n"
      ".hidden _.stapsdt.base\n"
      "_.stapsdt.base: .space 1\n"
      ".size _.stapsdt.base, 1\n"
      ".popsection\n");
}
// clang-format on

namespace bpf_exporter::testing {
namespace {

using Attaching = KernelTest;

constexpr const char* kTracefs = "/sys/kernel/tracing";

std::string Release() {
  utsname name{};
  uname(&name);
  return name.release;
}

bool HasTracefs() { return std::filesystem::exists(std::string(kTracefs) + "/events"); }

// Why tracefs cannot be mounted in the namespace of the test; empty if it is there.
std::string MountTracefs(const OwnNamespace& space) {
  if (!space.problem().empty()) return space.problem();
  if (!HasTracefs() && mount("tracefs", kTracefs, "tracefs", 0, nullptr) != 0)
    return std::string("mount tracefs: ") + strerror(errno);
  return {};
}

TEST_F(Attaching, FollowsTheSectionsOfPrograms) {
  const OwnNamespace space(OwnNamespace::Kind::kMount);
  ASSERT_EQ(MountTracefs(space), "");
  LoadedObject* object = Load(PlanOf("section_hooks", {"hits"}));
  ASSERT_NE(object, nullptr);
  ::testing::internal::CaptureStderr();
  object->Attach();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << "libbpf shall be quiet";

  WantThisProcess(*object);
  CallGetppid(500);
  EXPECT_EQ(Hits(*object, 0), 500u) << "tp_btf";
  EXPECT_EQ(Hits(*object, 1), 500u) << "raw_tp";
  EXPECT_EQ(Hits(*object, 2), 500u) << "tracepoint";
  for (const ProgramState& program : object->programs())
    EXPECT_EQ(program.attached, program.problem.empty()) << program.name;
  EXPECT_EQ(ProblemOf(*object, "by_no_tracepoint"),
            "section 'tracepoint/syscalls/sys_enter_nonsense': No such file or directory; kernel " +
                Release() + " has no such event");
  EXPECT_EQ(ProblemOf(*object, "by_nothing"), "section 'socket' needs an entry under probes:");
}

TEST_F(Attaching, SaysThatARawTracepointHasFewerArguments) {
  LoadedObject* object = Load(PlanOf("too_many_arguments", {}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  const std::string problem = ProblemOf(*object, "third");
  EXPECT_TRUE(problem.starts_with("section 'raw_tp/sys_enter': Invalid argument")) << problem;
  EXPECT_TRUE(problem.ends_with("; kernel " + Release() +
                                " gives it fewer arguments than the program reads"))
      << problem;
}

TEST_F(Attaching, NamesTheRemedyWhereTracefsIsNotMounted) {
  const OwnNamespace space(OwnNamespace::Kind::kMount);
  ASSERT_EQ(space.problem(), "");
  // Leaves the machine's own mounts alone: this namespace is ours.
  while (HasTracefs() && umount2(kTracefs, MNT_DETACH) == 0) {
  }
  umount2("/sys/kernel/debug", MNT_DETACH);
  LoadedObject* object = Load(PlanOf("section_hooks", {"hits"}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_tracepoint"),
            "section 'tracepoint/syscalls/sys_enter_getppid': No such file or directory; tracefs "
            "is not mounted: mount -t tracefs tracefs /sys/kernel/tracing");
  EXPECT_EQ(ProblemOf(*object, "by_raw_tp"), "") << "one failure does not touch the others";
  WantThisProcess(*object);
  CallGetppid(100);
  EXPECT_EQ(Hits(*object, 1), 100u);
}

TEST_F(Attaching, AttachesNothingTwice) {
  LoadedObject* object =
      LoadAndAttach(PlanOf("probe_hooks", {"hits"},
                           {Probe("by_raw_tracepoint", ProbeKind::kRawTracepoint, {"sys_enter"}),
                            Probe("by_raw_tracepoint", ProbeKind::kRawTracepoint, {"sys_enter"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  object->AttachNewCpus();
  WantThisProcess(*object);
  CallGetppid(300);
  EXPECT_EQ(Hits(*object, 9), 300u);
}

TEST_F(Attaching, TakesTracepointsThatEntriesName) {
  const OwnNamespace space(OwnNamespace::Kind::kMount);
  ASSERT_EQ(MountTracefs(space), "");
  LoadedObject* object = LoadAndAttach(
      PlanOf("probe_hooks", {"hits"},
             {Probe("by_tracepoint", ProbeKind::kTracepoint,
                    {"syscalls/no_such_event", "syscalls/sys_enter_getppid"}),
              Probe("by_raw_tracepoint", ProbeKind::kRawTracepoint, {"no_such_event", "sys_enter"}),
              Probe("by_tp_btf", ProbeKind::kRawTracepoint, {"no_such_event", "sys_enter"})}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallGetppid(400);
  EXPECT_EQ(Hits(*object, 0), 400u);
  EXPECT_EQ(Hits(*object, 9), 400u);
  EXPECT_EQ(Hits(*object, 10), 400u);
}

TEST_F(Attaching, NamesTheRawTracepointsThatTheKernelLacks) {
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {Probe("by_raw_tracepoint", ProbeKind::kRawTracepoint, {"no_a", "no_b"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_raw_tracepoint"),
            "raw_tracepoint 'no_a', 'no_b': No such file or directory; kernel " + Release() +
                " has no such raw tracepoint");
}

ProbeSpec UserProbe(const std::string& program, ProbeKind kind, const std::string& binary,
                    const std::string& symbol) {
  ProbeSpec probe = Probe(program, kind);
  probe.binary.value = binary;
  probe.symbol.value = symbol;
  return probe;
}

TEST_F(Attaching, TakesUserFunctions) {
  LoadedObject* object = LoadAndAttach(PlanOf(
      "probe_hooks", {"hits"},
      {UserProbe("by_uprobe", ProbeKind::kUprobe, "/proc/self/exe", "bpf_exporter_test_place"),
       UserProbe("by_uretprobe", ProbeKind::kUretprobe, "/proc/self/exe",
                 "bpf_exporter_test_place")}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  for (int i = 0; i < 250; ++i) ASSERT_EQ(bpf_exporter_test_place(i), i + 1);
  EXPECT_EQ(Hits(*object, 6), 250u);
  EXPECT_EQ(Hits(*object, 7), 250u);
}

// Runs the place 50 times with a probe for that process; the hits.
std::uint64_t HitsOfProcess(LoadedObject* object) {
  if (object == nullptr) return 0;
  WantThisProcess(*object);
  for (int i = 0; i < 50; ++i) bpf_exporter_test_place(i);
  return Hits(*object, 6);
}

TEST_F(Attaching, TakesAnOffsetInAUserFunctionAndOneProcess) {
  ProbeSpec probe =
      UserProbe("by_uprobe", ProbeKind::kUprobe, "/proc/self/exe", "bpf_exporter_test_place+0x0");
  probe.pid = getpid();
  EXPECT_EQ(HitsOfProcess(LoadAndAttach(PlanOf("probe_hooks", {"hits"}, {probe}))), 50u);
  DestroyObjects();
  probe.pid = 1;
  EXPECT_EQ(HitsOfProcess(LoadAndAttach(PlanOf("probe_hooks", {"hits"}, {probe}))), 0u);
}

ProbeSpec StaticProbe(const std::string& name) {
  ProbeSpec probe = UserProbe("by_usdt", ProbeKind::kUsdt, "/proc/self/exe", name);
  probe.provider.value = "bpf_exporter_test";
  probe.pid = getpid();  // without cookies (5.15) a library, which a PIE looks like, needs it
  return probe;
}

TEST_F(Attaching, TakesStaticTracepoints) {
  LoadedObject* object = LoadAndAttach(PlanOf("usdt_hook", {"hits"}, {StaticProbe("place")}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  for (int i = 0; i < 120; ++i) bpf_exporter_test_static_place();
  EXPECT_EQ(Hits(*object, 0), 120u);
}

TEST_F(Attaching, NamesAStaticTracepointThatIsNotThere) {
  LoadedObject* object = Load(PlanOf("usdt_hook", {"hits"}, {StaticProbe("gone")}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_usdt"),
            "usdt '/proc/self/exe:bpf_exporter_test:gone': No such file or directory; the "
            "binary has no such static tracepoint");
}

TEST_F(Attaching, NamesAUserFunctionThatIsNotThere) {
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {UserProbe("by_uprobe", ProbeKind::kUprobe, "/proc/self/exe", "no_such_place"),
                   UserProbe("by_uretprobe", ProbeKind::kUretprobe, "/nonexistent/binary", "main"),
                   UserProbe("by_kprobe", ProbeKind::kUprobe, "/proc/self/exe", "place+many")}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_uprobe"),
            "uprobe '/proc/self/exe:no_such_place': No such file or directory; elf: failed to find "
            "symbol 'no_such_place' in '/proc/self/exe'");
  EXPECT_EQ(ProblemOf(*object, "by_uretprobe"),
            "uretprobe '/nonexistent/binary:main': No such file or directory; failed to open "
            "/nonexistent/binary: No such file or directory");
  EXPECT_EQ(ProblemOf(*object, "by_kprobe"),
            "uprobe '/proc/self/exe:place+many': the symbol reads FUNCTION, FUNCTION+OFFSET or "
            "OFFSET");
}

TEST_F(Attaching, SaysThatABinaryIsNoElfFile) {
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {UserProbe("by_uprobe", ProbeKind::kUprobe, "/etc/passwd", "main")}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  const std::string problem = ProblemOf(*object, "by_uprobe");
  EXPECT_TRUE(
      problem.starts_with("uprobe '/etc/passwd:main': the binary is not an ELF file that "
                          "can be read; elf: "))
      << problem;
}

TEST_F(Attaching, FindsALibraryByItsName) {
  LoadedObject* object =
      LoadAndAttach(PlanOf("probe_hooks", {"hits"},
                           {UserProbe("by_uprobe", ProbeKind::kUprobe, "libc.so.6", "getppid")}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  for (int i = 0; i < 100; ++i) getppid();
  EXPECT_EQ(Hits(*object, 6), 100u);
}

TEST_F(Attaching, LeavesOutProgramsThatOnlyNewerLibbpfKnows) {
  LoadedObject* object = Load(PlanOf("newer_sections", {"hits"}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  WantThisProcess(*object);
  CallGetppid(100);
  EXPECT_EQ(Hits(*object, 2), 100u);
  const std::string problem = ProblemOf(*object, "by_tcx");
  EXPECT_TRUE(problem.starts_with("section 'tcx/ingress' needs an entry under probes:")) << problem;
  for (const ProgramState& program : object->programs()) EXPECT_TRUE(program.needed);
}

TEST_F(Attaching, SamplesOnEachCpu) {
  ProbeSpec probe = Probe("by_perf_event", ProbeKind::kPerfEvent);
  probe.event.value = "cpu-clock";
  probe.frequency = 200;
  LoadedObject* object = LoadAndAttach(PlanOf("probe_hooks", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  Burn(0.5);
  // 200 a second on each CPU; emulated machines are late now and then.
  EXPECT_GE(Hits(*object, 8), 30u);
  EXPECT_LE(Hits(*object, 8), 200u);
}

TEST_F(Attaching, SaysWhatIsWrongWithAPerfEvent) {
  ProbeSpec without = Probe("by_perf_event", ProbeKind::kPerfEvent);
  without.event.value = "cpu-clock";
  ProbeSpec too_often = without;
  too_often.frequency = 100'000'000;
  ProbeSpec unknown = without;
  unknown.event.value = "cpu-glock";
  unknown.frequency = 1;
  const auto problem = [&](const ProbeSpec& probe) {
    LoadedObject* object = Load(PlanOf("probe_hooks", {"hits"}, {probe}));
    if (object == nullptr) return std::string("not loaded");
    object->Attach();
    return ProblemOf(*object, "by_perf_event");
  };
  EXPECT_EQ(problem(without),
            "perf_event: needs a frequency: without one the event never runs the program");
  EXPECT_EQ(problem(too_often),
            "perf_event: open event 1/0 on CPU 0: Invalid argument; the event is unknown or its "
            "frequency above kernel.perf_event_max_sample_rate");
  EXPECT_TRUE(problem(unknown).starts_with(
      "perf_event: unknown event 'cpu-glock' (TYPE/CONFIG in numbers, or cpu-clock, "))
      << problem(unknown);
}

// The number of perf events that the process holds.
std::size_t PerfEventFds() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    count += target == "anon_inode:[perf_event]" ? 1 : 0;
  }
  return count;
}

// Takes the process's effective capabilities away while it lives.
class WithoutCapabilities {
 public:
  WithoutCapabilities() {
    syscall(SYS_capget, &header_, before_);
    __user_cap_data_struct now[2] = {before_[0], before_[1]};
    now[0].effective = now[1].effective = 0;
    EXPECT_EQ(syscall(SYS_capset, &header_, now), 0);
  }
  ~WithoutCapabilities() { syscall(SYS_capset, &header_, before_); }

 private:
  __user_cap_header_struct header_ = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2] = {};
};

TEST_F(Attaching, FollowsCpusThatGoAndComeBack) {
  const char* cpu1 = "/sys/devices/system/cpu/cpu1/online";
  if (!EveryKindIsRequired()) GTEST_SKIP() << "takes a CPU away, so it runs in guests only";
  ProbeSpec probe = Probe("by_perf_event", ProbeKind::kPerfEvent);
  probe.event.value = "cpu-clock";
  probe.frequency = 100;
  LoadedObject* object = LoadAndAttach(PlanOf("probe_hooks", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  const std::size_t before = PerfEventFds();
  ASSERT_TRUE(std::ofstream(cpu1) << "0" << std::flush);
  object->AttachNewCpus();
  EXPECT_EQ(PerfEventFds(), before - 1);
  ASSERT_TRUE(std::ofstream(cpu1) << "1" << std::flush);
  object->AttachNewCpus();
  EXPECT_EQ(PerfEventFds(), before);

  // Without the capabilities for it, it is said once.
  ASSERT_TRUE(std::ofstream(cpu1) << "0" << std::flush);
  EXPECT_EQ(object->AttachNewCpus(), std::vector<std::string>{});
  ASSERT_TRUE(std::ofstream(cpu1) << "1" << std::flush);
  {
    const WithoutCapabilities none;
    const std::vector<std::string> news = object->AttachNewCpus();
    ASSERT_EQ(news.size(), 1u);
    EXPECT_TRUE(news[0].starts_with(
        "program 'by_perf_event': perf_event: open event 1/0 on CPU 1: Permission denied; "))
        << news[0];
    EXPECT_EQ(object->AttachNewCpus(), std::vector<std::string>{});
  }
  EXPECT_EQ(object->AttachNewCpus(), std::vector<std::string>{});
  EXPECT_EQ(PerfEventFds(), before);
}

}  // namespace
}  // namespace bpf_exporter::testing
