// SPDX-License-Identifier: Apache-2.0
#include <sys/mount.h>
#include <sys/utsname.h>

#include <filesystem>

#include "kernel/hits.h"
#include "kernel/namespaces.h"
#include "kernel/support.h"

namespace bpf_exporter::kernel {
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
  if (!HasTracefs() && mount("tracefs", kTracefs, "tracefs", 0, nullptr) != 0) {
    return std::string("mount tracefs: ") + strerror(errno);
  }
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
  for (const metrics::ProgramStatus& program : object->programs()) {
    EXPECT_EQ(program.attached, program.problem.empty()) << program.name;
  }
  EXPECT_EQ(ProblemOf(*object, "by_no_tracepoint"),
            "section 'tracepoint/syscalls/sys_enter_nonsense': No such file or directory; kernel " +
                Release() + " has no such event");
  EXPECT_EQ(ProblemOf(*object, "by_nothing"),
            "section 'socket': it would never run; its section does not say where to attach it, "
            "and it has no entry under probes: such as {program: by_nothing, socket_filter: "
            "{interface: lo}}");
}

TEST_F(Attaching, MakesNoLinksThatRunNothing) {
  LoadedObject* object = Load(PlanOf("never_run", {"hits"}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_reader"),
            "section 'iter/task': it would never run; it runs when somebody reads it, and "
            "bpf_exporter has no way to do that; count what it would list where that comes and "
            "goes instead");
  EXPECT_EQ(ProblemOf(*object, "by_no_sample"),
            "section 'perf_event/type=1,config=0': it would never run; an event runs its program "
            "only with a frequency, in samples a second on each CPU");
  for (const metrics::ProgramStatus& program : object->programs()) {
    EXPECT_FALSE(program.attached) << program.name;
    EXPECT_TRUE(program.needed) << program.name;
  }
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
  LoadedObject* object = LoadAndAttach(
      PlanOf("probe_hooks", {"hits"},
             {Probe("by_raw_tracepoint", config::ProbeKind::kRawTracepoint, {"sys_enter"}),
              Probe("by_raw_tracepoint", config::ProbeKind::kRawTracepoint, {"sys_enter"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  object->Follow({}, Time());
  WantThisProcess(*object);
  CallGetppid(300);
  EXPECT_EQ(Hits(*object, 9), 300u);
}

TEST_F(Attaching, TakesTracepointsThatEntriesName) {
  const OwnNamespace space(OwnNamespace::Kind::kMount);
  ASSERT_EQ(MountTracefs(space), "");
  LoadedObject* object = LoadAndAttach(PlanOf(
      "probe_hooks", {"hits"},
      {Probe("by_tracepoint", config::ProbeKind::kTracepoint,
             {"syscalls/no_such_event", "syscalls/sys_enter_getppid"}),
       Probe("by_raw_tracepoint", config::ProbeKind::kRawTracepoint,
             {"no_such_event", "sys_enter"}),
       Probe("by_tp_btf", config::ProbeKind::kRawTracepoint, {"no_such_event", "sys_enter"})}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallGetppid(400);
  EXPECT_EQ(Hits(*object, 0), 400u);
  EXPECT_EQ(Hits(*object, 9), 400u);
  EXPECT_EQ(Hits(*object, 10), 400u);
}

TEST_F(Attaching, NamesTheRawTracepointsThatTheKernelLacks) {
  LoadedObject* object = Load(
      PlanOf("probe_hooks", {"hits"},
             {Probe("by_raw_tracepoint", config::ProbeKind::kRawTracepoint, {"no_a", "no_b"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_raw_tracepoint"),
            "raw_tracepoint 'no_a', 'no_b': No such file or directory; kernel " + Release() +
                " has no such raw tracepoint");
}

TEST_F(Attaching, LoadsTheOtherProgramsWhereATargetIsMissing) {
  LoadedObject* object = Load(PlanOf("no_targets", {"hits"}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  WantThisProcess(*object);
  CallGetppid(100);
  EXPECT_EQ(Hits(*object, 0), 100u);
  const auto problem = [](const std::string& section, const std::string& entry) {
    return "section '" + section +
           "': it would never run; its section does not say where to attach it, and it has no "
           "entry under probes: such as {program: " +
           entry + "}";
  };
  EXPECT_EQ(ProblemOf(*object, "by_tp_btf"), problem("tp_btf", "by_tp_btf, raw_tracepoint: NAME"));
  EXPECT_EQ(ProblemOf(*object, "by_fentry"), problem("fentry", "by_fentry, fentry: FUNCTION"));
  EXPECT_EQ(ProblemOf(*object, "by_lsm"), problem("lsm", "by_lsm, lsm: HOOK"));
}

TEST_F(Attaching, LeavesOutProgramsThatOnlyNewerLibbpfKnows) {
  LoadedObject* object = Load(PlanOf("newer_sections", {"hits"}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  WantThisProcess(*object);
  CallGetppid(100);
  EXPECT_EQ(Hits(*object, 2), 100u);
  EXPECT_EQ(ProblemOf(*object, "by_tcx"),
            "section 'tcx/ingress': it would never run; its section does not say where to attach "
            "it, and it has no entry under probes: such as {program: by_tcx, tc: {interface: eth0, "
            "direction: ingress}}");
  for (const metrics::ProgramStatus& program : object->programs()) EXPECT_TRUE(program.needed);
}

}  // namespace
}  // namespace bpf_exporter::kernel
