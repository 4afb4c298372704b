// SPDX-License-Identifier: Apache-2.0
#include "plan/attach_points.h"

#include <gtest/gtest.h>

#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

Resolved ResolveHits(const std::string& object, const std::string& probes) {
  return ResolveYaml("test.yaml", probes + kHits, {}, object);
}

TEST(AttachPoints, WarnOfProgramsThatNothingAttaches) {
  const Resolved resolved = ResolveHits(
      "unattachable", "probes: [{program: of_no_kind, raw_tracepoint: sched_switch}]\n");
  EXPECT_TRUE(resolved.plan.has_value());
  EXPECT_EQ(resolved.messages,
            "test.yaml: warning: object 'unattachable.bpf.o': program 'of_a_kind' (section "
            "'socket') will not run: its section does not say where to attach it, and it has no "
            "entry under probes: such as {program: of_a_kind, socket_filter: {interface: lo}}\n");
}

TEST(AttachPoints, RefuseProgramsOfAnUnknownSection) {
  const Resolved resolved = ResolveHits(
      "unattachable", "probes: [{program: of_a_kind, socket_filter: {interface: lo}}]\n");
  EXPECT_FALSE(resolved.plan.has_value());
  EXPECT_EQ(resolved.messages,
            "test.yaml: error: object 'unattachable.bpf.o': program 'of_no_kind' (section "
            "'of_my_own') is of no type that libbpf knows; an entry under probes: can give it "
            "one\n");
}

// The diagnostics when libbpf takes the program of SEC("tcx/ingress") for one of that type.
std::string MessagesWhenTcxIs(bpf_prog_type type) {
  object::ObjectLayout layout = LayoutOf("newer_sections");
  for (object::ProgramLayout& program : layout.programs) {
    if (program.name == "by_tcx") program.type = type;
  }
  const Resolved resolved = ResolveYamlFor(
      std::move(layout), "test.yaml",
      std::string("probes: [{program: by_uprobe_multi, uprobe: {binary: sh, symbol: f}}]\n") +
          kHits);
  EXPECT_TRUE(resolved.plan.has_value());
  return resolved.messages;
}

TEST(AttachPoints, WarnOfSectionsOfNewerLibbpf) {
  const std::string message =
      "test.yaml: warning: object 'newer_sections.bpf.o': program 'by_tcx' (section 'tcx/ingress') "
      "will not run: its section does not say where to attach it, and it has no entry under "
      "probes: such as {program: by_tcx, tc: {interface: eth0, direction: ingress}}\n";
  EXPECT_EQ(MessagesWhenTcxIs(BPF_PROG_TYPE_UNSPEC), message);
  EXPECT_EQ(MessagesWhenTcxIs(BPF_PROG_TYPE_SCHED_CLS), message);
}

// Returns why programs of a section are idle.
std::string Idle(const std::string& section, bpf_prog_type type = BPF_PROG_TYPE_KPROBE) {
  object::ProgramLayout program;
  program.name = "p";
  program.section = section;
  program.type = type;
  return WhyIdle(program);
}

TEST(AttachPoints, TakeNoPatternWhereOneTargetIsMeant) {
  EXPECT_EQ(Idle("fentry/vfs_*", BPF_PROG_TYPE_TRACING),
            "the kernel ties the program to one function, so it takes no pattern; kprobe does");
  EXPECT_EQ(Idle("tracepoint/syscalls/sys_enter_*", BPF_PROG_TYPE_TRACEPOINT),
            "tracepoints are named whole; {all: [A, B]} under probes: takes several");
  EXPECT_EQ(Idle("fentry/vfs_read", BPF_PROG_TYPE_TRACING), "");
}

TEST(AttachPoints, NameTheEntryThatIsMissing) {
  const auto such_as = [](const std::string& place) {
    return "its section does not say where to attach it, and it has no entry under probes: such as "
           "{program: p, " +
           place + "}";
  };
  EXPECT_EQ(Idle("tp_btf"), such_as("raw_tracepoint: NAME"));
  EXPECT_EQ(Idle("fentry.s"), such_as("fentry: FUNCTION"));
  EXPECT_EQ(Idle("kprobe.session"), such_as("kprobe: FUNCTION"));
  EXPECT_EQ(Idle("uprobe.multi.s", BPF_PROG_TYPE_UNSPEC),
            such_as("uprobe: {binary: PATH, symbol: FUNCTION}"));
  EXPECT_EQ(Idle("tcx/egress", BPF_PROG_TYPE_UNSPEC),
            such_as("tc: {interface: eth0, direction: egress}"));
  EXPECT_EQ(Idle("cgroup_skb/ingress"), such_as("cgroup: {path: /sys/fs/cgroup}"));
  EXPECT_EQ(Idle("fmod_ret"),
            "its section does not say where to attach it, and no entry under probes: can");
  EXPECT_EQ(Idle("fentry/vfs_read"), "");
  EXPECT_EQ(Idle("uprobe.session/sh:f", BPF_PROG_TYPE_UNSPEC), "");
  EXPECT_EQ(Idle("usdt.s/sh:p:n", BPF_PROG_TYPE_UNSPEC), "");
}

TEST(AttachPoints, NameWhatIsThereInsteadOfWhatNobodyAttaches) {
  for (const char* section : {"netkit/primary", "netkit/peer"}) {
    EXPECT_EQ(Idle(section, BPF_PROG_TYPE_UNSPEC),
              "a netkit device (Linux 6.7) has it, and sends by it, and bpf_exporter has no way to "
              "do that; SEC(\"tc\") and an entry tc: {interface: NAME, direction: egress} count "
              "the device's packets");
  }
  EXPECT_EQ(Idle("netfilter", BPF_PROG_TYPE_UNSPEC),
            "it is a firewall's (Linux 6.4), and decides about packets, and bpf_exporter has no "
            "way to do that; SEC(\"tc\") at an interface, or SEC(\"cgroup_skb/ingress\") at a "
            "cgroup, counts packets");
  EXPECT_EQ(Idle("uprobe.multi/sh", BPF_PROG_TYPE_UNSPEC),
            "the section reads uprobe.multi/BINARY:FUNCTION");
}

TEST(AttachPoints, AreNotMissedByProgramsThatOthersCall) {
  const Resolved resolved =
      ResolveHits("tail_call", "probes: [{program: first, socket_filter: {interface: lo}}]\n");
  ASSERT_TRUE(resolved.plan.has_value());
  EXPECT_EQ(resolved.messages, "");
  const ConfigPlan& plan = *resolved.plan;
  for (const ProgramPlan& program : plan.programs) {
    EXPECT_EQ(program.only_called, program.name == "second") << program.name;
  }
}

// What is said of SEC("perf_event/…") in place of never_run's own.
std::string MessagesOfEvent(const std::string& section) {
  object::ObjectLayout layout = LayoutOf("never_run");
  std::erase_if(layout.programs, [](const auto& one) { return one.name == "by_reader"; });
  layout.programs.at(0).section = section;
  const Resolved resolved = ResolveYamlFor(std::move(layout), "test.yaml", kHits);
  EXPECT_TRUE(resolved.plan.has_value());
  return resolved.messages;
}

TEST(AttachPoints, WarnOfLinksThatRunNothing) {
  const Resolved resolved = ResolveHits("never_run", "");
  EXPECT_TRUE(resolved.plan.has_value());
  EXPECT_EQ(resolved.messages,
            "test.yaml: warning: object 'never_run.bpf.o': program 'by_reader' (section "
            "'iter/task') will not run: it runs when somebody reads it, and bpf_exporter has no "
            "way to do that; count what it would list where that comes and goes instead\n"
            "test.yaml: warning: object 'never_run.bpf.o': program 'by_no_sample' (section "
            "'perf_event/type=1,config=0') will not run: an event runs its program only with a "
            "frequency, in samples a second on each CPU\n");
  EXPECT_EQ(MessagesOfEvent("perf_event/freq=99"),
            "test.yaml: warning: object 'never_run.bpf.o': program 'by_no_sample' (section "
            "'perf_event/freq=99') will not run: unknown key 'freq'; it reads "
            "perf_event/type=T,config=C,frequency=F\n");
  EXPECT_EQ(MessagesOfEvent("perf_event/type=1,frequency=99"), "");
  EXPECT_EQ(WhyNeverRuns("tracepoint/sched_switch"), "the section reads tracepoint/CATEGORY/NAME");
  EXPECT_EQ(WhyNeverRuns("tp/sched_switch"), "the section reads tp/CATEGORY/NAME");
  EXPECT_EQ(WhyNeverRuns("tracepoint/sched/sched_switch"), "");
}

TEST(AttachPoints, AreInTheSectionsOfEbpfExporter) {
  const Resolved resolved = ResolveHits("compatible_sections", "");
  EXPECT_TRUE(resolved.plan.has_value());
  EXPECT_EQ(
      resolved.messages,
      "test.yaml: warning: object 'compatible_sections.bpf.o': program 'by_wrong_key' "
      "(section 'perf_event/type=1,config=0,period=3') will not run: unknown key 'period'; it "
      "reads perf_event/type=T,config=C,frequency=F\n");
}

}  // namespace
}  // namespace bpf_exporter::plan
