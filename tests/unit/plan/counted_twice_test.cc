// SPDX-License-Identifier: Apache-2.0
#include "plan/counted_twice.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

// What is said of an object that has these programs, each a name and its section.
std::string MessagesOf(const std::vector<std::pair<std::string, std::string>>& programs,
                       const std::string& probes = "") {
  object::ObjectLayout layout = LayoutOf("plan");
  layout.programs.clear();
  for (const auto& [name, section] : programs) {
    const bool tracing = section.starts_with("tp_btf") || section.starts_with("f");
    const bool raw = section.starts_with("raw_tp");
    const bool tracepoint = section.starts_with("tracepoint") || section.starts_with("tp/");
    layout.programs.push_back({name, section,
                               tracing      ? BPF_PROG_TYPE_TRACING
                               : raw        ? BPF_PROG_TYPE_RAW_TRACEPOINT
                               : tracepoint ? BPF_PROG_TYPE_TRACEPOINT
                                            : BPF_PROG_TYPE_KPROBE});
  }
  const Resolved resolved =
      ResolveYamlFor(std::move(layout), "t.yaml",
                     (probes.empty() ? "" : "probes:\n" + probes) +
                         "metrics: {counters: [{name: slots, help: Slots, labels: [slot]}]}\n");
  return resolved.messages;
}

TEST(CountedTwice, IsATracepointThatTwoKindsRunAt) {
  EXPECT_EQ(MessagesOf({{"old", "raw_tp/sched_switch"},
                        {"new", "tp_btf/sched_switch"},
                        {"third", "tracepoint/sched/sched_switch"},
                        {"other", "raw_tp/sched_wakeup"}}),
            "t.yaml: warning: object 'plan.bpf.o': programs 'old' (raw_tp), 'new' (tp_btf), "
            "'third' (tracepoint) all run at the tracepoint sched_switch, so it may be counted "
            "more than once; under probes: `- any: [new, old, third]` takes the first that works, "
            "`- both: [old, new, third]` keeps them all without this warning\n");
}

TEST(CountedTwice, IsAFunctionThatTwoKindsRunAt) {
  EXPECT_EQ(MessagesOf({{"a", "kprobe/vfs_read"},
                        {"b", "fentry/vfs_read"},
                        {"c", "fexit/vfs_read"},
                        {"d", "kprobe.multi/vfs_*"},
                        {"e", "kprobe/vfs_read"},
                        {"f", "ksyscall/read"}}),
            "t.yaml: warning: object 'plan.bpf.o': programs 'a' (kprobe), 'b' (fentry), 'e' "
            "(kprobe) all run at the entry of vfs_read, so it may be counted more than once; under "
            "probes: `- any: [b, [a, e]]` takes the first that works, `- both: [a, b, e]` keeps "
            "them all without this warning\n");
}

TEST(CountedTwice, IsWhatASectionAndAnEntryRunAt) {
  EXPECT_EQ(MessagesOf({{"a", "kprobe/vfs_read"}, {"b", "kprobe"}},
                       "  - {program: b, kprobe: [no_such, vfs_read]}\n"),
            "t.yaml:2:15: warning: object 'plan.bpf.o': programs 'a' (kprobe), 'b' (kprobe) all "
            "run at the entry of vfs_read, so it may be counted more than once; under probes: `- "
            "any: [a, b]` takes the first that works, `- both: [a, b]` keeps them all without this "
            "warning\n"
            "    - {program: b, kprobe: [no_such, vfs_read]}\n"
            "                ^\n");
}

TEST(CountedTwice, IsNotWhatTheConfigurationSettles) {
  const std::vector<std::pair<std::string, std::string>> programs = {
      {"old", "raw_tp/sched_switch"}, {"new", "tp_btf/sched_switch"}};
  EXPECT_EQ(MessagesOf(programs, "  - any: [new, old]\n"), "");
  EXPECT_EQ(MessagesOf(programs, "  - both: [new, old]\n"), "");
  EXPECT_EQ(MessagesOf(programs, "  - {program: old, disabled: true}\n"), "");
  EXPECT_NE(MessagesOf(programs, "  - any: [[new, old], old2]\n"), "");
}

TEST(CountedTwice, IsNotWhatOneKindDoesTwice) {
  EXPECT_EQ(MessagesOf({{"a", "raw_tp/sched_switch"}, {"b", "raw_tracepoint/sched_switch"}}), "");
  EXPECT_EQ(MessagesOf({{"a", "kprobe/f"}, {"b", "kprobe/f+4"}, {"c", "kretprobe/f"}}), "");
}

TEST(CountedTwice, IsAskedOfProgramsThatAreThere) {
  EXPECT_EQ(
      MessagesOf({{"start", "kprobe/f"}, {"end", "kretprobe/f"}}, "  - both: [start, ends]\n"),
      "t.yaml:2:19: error: object 'plan.bpf.o' has no program 'ends'; did you mean 'end'?\n"
      "    - both: [start, ends]\n"
      "                    ^\n");
}

}  // namespace
}  // namespace bpf_exporter::plan
