// SPDX-License-Identifier: Apache-2.0
#include "plan/programs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "object/program_types.h"
#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

// A line for each program that is wanted: its type, its flags and its places.
std::string Shown(const Resolved& resolved) {
  std::string text;
  if (!resolved.plan) return resolved.messages;
  for (const ProgramPlan& program : resolved.plan->programs) {
    if (!program.wanted) continue;
    text += fmt::format("{}: {}{}{}{}", program.name, object::ProgramTypeName(program.type),
                        program.needed ? " needed" : "", program.optional ? " optional" : "",
                        program.only_called ? " called" : "");
    for (const Place& place : program.places) {
      text += fmt::format("; {}{}", PlaceName(place), place.optional ? " optional" : "");
    }
    text += "\n";
  }
  return text + resolved.messages;
}

std::string PlanOf(const std::string& object, const std::string& probes) {
  return Shown(ResolveProbes(object, probes));
}

TEST(Programs, AttachAtEveryPlaceThatEntriesName) {
  EXPECT_EQ(PlanOf("probe_hooks", R"(
  - {program: by_tracepoint, tracepoint: a/b}
  - {program: by_tracepoint, tracepoint: {all: [a/c, a/d]}}
  - {program: by_kprobe, kprobe: [f, g]}
  - {program: by_kprobe, kprobe: {all: [h]}, optional: true}
  - {program: by_uprobe, uprobe: {binary: sh, symbol: {all: [f, g+4]}, pid: 7}}
  - {program: by_uprobe, usdt: {binary: libc.so.6, provider: libc, name: setjmp}}
  - {program: by_perf_event, perf_event: {event: cpu-clock, frequency: 99}}
  - {program: by_xdp, xdp: {interface: [eth0, "veth*"]}}
  - {program: by_tc_egress, tc: {interface: eth0, direction: egress}}
  - {program: by_tc_egress, tc: {interface: eth0, direction: ingress}}
  - {program: by_socket, socket_filter: {interface: lo}, optional: true}
  - {program: by_cgroup, cgroup: {path: [a, /sys/fs/cgroup/b]}}
)"),
            "by_tracepoint: tracepoint needed; tracepoint a/b; tracepoint a/c; tracepoint a/d\n"
            "by_kprobe: kprobe needed; kprobe f|g; kprobe h optional\n"
            "by_uprobe: kprobe needed; uprobe sh:f pid 7; uprobe sh:g+4 pid 7; usdt "
            "libc.so.6:libc:setjmp\n"
            "by_perf_event: perf_event needed; perf_event cpu-clock 99 Hz\n"
            "by_socket: socket_filter optional; socket_filter lo optional\n"
            "by_xdp: xdp needed; xdp eth0; xdp veth*\n"
            "by_tc_egress: sched_cls needed; tc egress eth0; tc ingress eth0\n"
            "by_cgroup: cgroup_skb needed; cgroup a; cgroup /sys/fs/cgroup/b\n");
}

TEST(Programs, AttachInEachBinary) {
  EXPECT_EQ(PlanOf("probe_hooks", R"(
  - {program: by_uprobe, uprobe: {binary: [sh, "/opt/*/sh"], symbol: [f, g]}}
  - {program: by_uprobe, uprobe: {binary: ["/a", "/b"], symbol: {all: [h, i]}}}
)"),
            "by_uprobe: kprobe needed; uprobe sh:f|g; uprobe /opt/*/sh:f|g; uprobe /a:h; uprobe "
            "/a:i; uprobe /b:h; uprobe /b:i\n");
}

TEST(Programs, AttachAtPatternsOfFunctions) {
  EXPECT_EQ(PlanOf("probe_hooks", R"(
  - {program: by_kprobe, kprobe: {all: ["vfs_*", vfs_read, "vfs_r*"]}}
  - {program: by_kretprobe, kretprobe: ["vfs_*", "do_*"]}
  - {program: by_uprobe, uprobe: {binary: sh, symbol: "work_?"}}
)"),
            "by_kprobe: kprobe needed; kprobe vfs_*; kprobe vfs_r*\n"
            "by_kretprobe: kprobe needed; kretprobe vfs_*|do_*\n"
            "by_uprobe: kprobe needed; uprobe sh:work_?\n"
            "test.yaml:3:50: warning: program 'by_kprobe' is attached to kprobe vfs_read already, "
            "by line 3; it is attached there once\n"
            "    - {program: by_kprobe, kprobe: {all: [\"vfs_*\", vfs_read, \"vfs_r*\"]}}\n"
            "                                                   ^\n");
  EXPECT_EQ(PlanOf("probe_hooks", "  - {program: by_kprobe, kprobe: \"vfs_*+4\"}\n"),
            "test.yaml:2:34: error: kprobe 'vfs_*+4': a pattern of functions takes no +OFFSET\n"
            "    - {program: by_kprobe, kprobe: \"vfs_*+4\"}\n"
            "                                   ^\n");
  EXPECT_EQ(
      PlanOf("probe_hooks", "  - {program: by_fentry, fentry: \"vfs_*\"}\n"),
      "test.yaml:2:34: error: fentry 'vfs_*': the kernel ties the program to one function, so "
      "it takes no pattern; kprobe does\n"
      "    - {program: by_fentry, fentry: \"vfs_*\"}\n"
      "                                   ^\n");
}

TEST(Programs, LeaveToAnEarlierPlaceWhatItsPatternMatches) {
  const Resolved resolved =
      ResolveProbes("probe_hooks",
                    "  - {program: by_kprobe, kprobe: {all: [vfs_read, \"vfs_r*\", \"vfs_*\"]}}\n");
  const std::vector<Place>& places = resolved.plan->FindProgram("by_kprobe")->places;
  ASSERT_EQ(places.size(), 3u);
  EXPECT_EQ(places[0].except, std::vector<std::string>());
  EXPECT_EQ(places[1].except, std::vector<std::string>{"vfs_read"});
  EXPECT_EQ(places[2].except, (std::vector<std::string>{"vfs_read", "vfs_r*"}));
}

TEST(Programs, AttachAsTheirSectionSaysWithoutAnEntry) {
  EXPECT_EQ(
      PlanOf("compatible_sections", "  []\n"),
      "by_clock: perf_event needed; section\n"
      "by_wrong_key: perf_event needed; section\n"
      "by_xdp: xdp needed; xdp lo\n"
      "by_no_interface: xdp needed; xdp none0\n"
      "test.yaml: warning: object 'compatible_sections.bpf.o': program 'by_wrong_key' "
      "(section 'perf_event/type=1,config=0,period=3') will not run: unknown key 'period'; it "
      "reads perf_event/type=T,config=C,frequency=F\n");
}

TEST(Programs, AreNotAttachedIfOthersCallThem) {
  EXPECT_EQ(PlanOf("tail_call", "  - {program: first, socket_filter: {interface: lo}}\n"),
            "second: socket_filter called\n"
            "first: socket_filter needed; socket_filter lo\n");
}

TEST(Programs, GetTheTypeOfTheirEntryIfTheSectionSaysNothing) {
  const Resolved resolved =
      ResolveProbes("probe_hooks", "  - {program: by_entry_alone, xdp: {interface: lo}}\n");
  EXPECT_EQ(Shown(resolved), "by_entry_alone: xdp needed; xdp lo\n");
  EXPECT_EQ(resolved.plan->FindProgram("by_entry_alone")->expected_attach_type, BPF_XDP);
  EXPECT_EQ(resolved.plan->FindProgram("by_nothing"), nullptr);
}

TEST(Programs, HaveOneTypeInAllEntries) {
  EXPECT_EQ(PlanOf("probe_hooks",
                   "  - {program: by_entry_alone, xdp: {interface: lo}}\n"
                   "  - {program: by_entry_alone, socket_filter: {interface: lo}}\n"),
            "test.yaml:3:31: error: program 'by_entry_alone' is a xdp program by its entry in line "
            "2; socket_filter needs SEC(\"socket\")\n"
            "    - {program: by_entry_alone, socket_filter: {interface: lo}}\n"
            "                                ^\n");
}

TEST(Programs, AreOfTheKindThatTheirSectionSays) {
  EXPECT_EQ(PlanOf("probe_hooks",
                   "  - {program: by_fentry, fexit: f}\n"
                   "  - {program: by_tp_btf, fentry: f}\n"
                   "  - {program: by_tp_btf, raw_tracepoint: sys_enter}\n"),
            "test.yaml:2:26: error: program 'by_fentry' is a tracing program (section \"fentry\"); "
            "fexit needs SEC(\"fexit\")\n"
            "    - {program: by_fentry, fexit: f}\n"
            "                           ^\n"
            "test.yaml:3:26: error: program 'by_tp_btf' is a tracing program (section \"tp_btf\"); "
            "fentry needs SEC(\"fentry\")\n"
            "    - {program: by_tp_btf, fentry: f}\n"
            "                           ^\n");
}

TEST(Programs, AreInOnePlaceIfTheKernelTiesThemToIt) {
  EXPECT_EQ(PlanOf("probe_hooks", "  - {program: by_fentry, fentry: {all: [f, g]}}\n"),
            "test.yaml:2:44: error: fentry: the kernel ties program 'by_fentry' to one function "
            "when it loads it; use a program for each\n"
            "    - {program: by_fentry, fentry: {all: [f, g]}}\n"
            "                                             ^\n");
}

TEST(Programs, AreAttachedOnceWhereTwoEntriesAgree) {
  EXPECT_EQ(PlanOf("probe_hooks",
                   "  - {program: by_xdp, xdp: {interface: [\"e*\", eth0, lo]}}\n"
                   "  - {program: by_xdp, xdp: {interface: lo}}\n"),
            "by_xdp: xdp needed; xdp e*; xdp lo\n"
            "test.yaml:2:47: warning: program 'by_xdp' is attached to xdp eth0 already, by line 2; "
            "it is attached there once\n"
            "    - {program: by_xdp, xdp: {interface: [\"e*\", eth0, lo]}}\n"
            "                                                ^\n"
            "test.yaml:3:40: warning: program 'by_xdp' is attached to xdp lo already, by line 2; "
            "it is attached there once\n"
            "    - {program: by_xdp, xdp: {interface: lo}}\n"
            "                                         ^\n");
}

TEST(Programs, HaveOneAttachTypeInAllCgroups) {
  EXPECT_EQ(PlanOf("probe_hooks",
                   "  - {program: by_cgroup, cgroup: {path: a, type: ingress}}\n"
                   "  - {program: by_cgroup, cgroup: {path: b, type: egress}}\n"),
            "test.yaml:3:50: error: cgroup: a program has one type; use a program for each\n"
            "    - {program: by_cgroup, cgroup: {path: b, type: egress}}\n"
            "                                                   ^\n");
}

}  // namespace
}  // namespace bpf_exporter::plan
