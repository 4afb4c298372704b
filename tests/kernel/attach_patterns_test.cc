// SPDX-License-Identifier: Apache-2.0
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "kernel/attach/multi_link.h"
#include "kernel/hits.h"
#include "kernel/kernel_facts.h"
#include "kernel/namespaces.h"
#include "kernel/support.h"
#include "plan/functions_section.h"

// Places for uprobes, each a function of its own whatever the optimizer thinks.
#define PLACE(name)                                                                        \
  extern "C" __attribute__((noinline, used, visibility("default"))) int name(int number) { \
    asm volatile("" ::: "memory");                                                         \
    return number + __COUNTER__;                                                           \
  }
PLACE(bpf_exporter_pattern_a)
PLACE(bpf_exporter_pattern_b)
PLACE(bpf_exporter_pattern_long)
PLACE(bpf_exporter_another_place)
// A second name of the first.
extern "C" __attribute__((alias("bpf_exporter_pattern_a"), visibility("default"))) int
bpf_exporter_pattern_alias(int number);

// Programs at all functions that a pattern matches.
namespace bpf_exporter::kernel {
namespace {

using Patterns = KernelTest;

config::ProbeSpec In(const std::string& program, config::ProbeKind kind,
                     const std::vector<std::string>& symbols) {
  config::ProbeSpec probe = Probe(program, kind, symbols);
  probe.binaries = {config::Text{"/proc/self/exe", {}}};
  probe.every_target = true;
  return probe;
}

plan::ConfigPlan PlanWith(const std::vector<config::ProbeSpec>& probes) {
  return PlanOf("function_patterns", {"hits"}, probes);
}

// A plan in which a program of SEC("?…") attaches as its section says.
plan::ConfigPlan BySection(const std::string& program) {
  plan::ConfigPlan plan = PlanWith({});
  for (plan::ProgramPlan& one : plan.programs) {
    if (one.name != program) continue;
    one.wanted = one.needed = true;
    one.places = {plan::PlaceOfFunctions(one.section).value()};
  }
  return plan;
}

// How many links of each type this process holds, as the kernel tells.
std::map<std::string, int> Links() {
  std::map<std::string, int> links;
  for (const auto& file : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream info(file.path());
    for (std::string key, value; info >> key;) {
      if (key == "link_type:" && info >> value) ++links[value];
    }
  }
  return links;
}

void CallPlaces() {
  for (int i = 0; i < 10; ++i) bpf_exporter_pattern_a(i);
  for (int i = 0; i < 200; ++i) bpf_exporter_pattern_b(i);
  for (int i = 0; i < 3000; ++i) bpf_exporter_pattern_long(i);
  for (int i = 0; i < 40000; ++i) bpf_exporter_another_place(i);
}

const metrics::ProgramStatus& StatusOf(const LoadedObject& object, const std::string& program) {
  for (const metrics::ProgramStatus& status : object.programs()) {
    if (status.name == program) return status;
  }
  throw std::out_of_range(program);
}

// "uprobe /bin/sh:f_*: 2 functions", a line for each place.
std::string Places(const LoadedObject& object, const std::string& program) {
  std::string lines;
  for (const metrics::PlaceStatus& place : StatusOf(object, program).places) {
    lines += place.name + ": " + (place.attached ? place.detail : place.problem) + "\n";
  }
  return lines;
}

TEST_F(Patterns, CountTheCallsOfEachFunctionThatMatches) {
  LoadedObject* object = LoadAndAttach(BySection("by_multi"));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallPlaces();
  EXPECT_EQ(Hits(*object, 0), 3210u);  // and the alias is no fourth function
  EXPECT_EQ(Places(*object, "by_multi"),
            "uprobe /proc/self/exe:bpf_exporter_pattern_*: 3 functions\n");
  if (HasMultiLink(MultiLink::kUprobe)) {
    EXPECT_EQ(Links(), (std::map<std::string, int>{{"uprobe_multi", 1}}));
  }
}

TEST_F(Patterns, CountTheReturnsBySectionsWithoutMulti) {
  LoadedObject* object = LoadAndAttach(BySection("by_plain"));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallPlaces();
  EXPECT_EQ(Hits(*object, 1), 210u);
}

TEST_F(Patterns, CountWithALinkToEachFunctionBesideOtherPlaces) {
  LoadedObject* object =
      LoadAndAttach(PlanWith({In("by_entry", config::ProbeKind::kUprobe,
                                 {"bpf_exporter_pattern_*", "bpf_exporter_another_place+0x0"})}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallPlaces();
  EXPECT_EQ(Hits(*object, 4), 43210u);
  EXPECT_EQ(Places(*object, "by_entry"),
            "uprobe /proc/self/exe:bpf_exporter_pattern_*: 3 functions\n"
            "uprobe /proc/self/exe:bpf_exporter_another_place+0x0: \n");
  const std::map<std::string, int> links = Links();
  EXPECT_FALSE(links.contains("uprobe_multi"));
  // Before 5.15 a perf event is no link.
  if (!links.empty()) EXPECT_EQ(links, (std::map<std::string, int>{{"perf", 4}}));
}

TEST_F(Patterns, CountOneProcessWithALinkToEachFunction) {
  config::ProbeSpec probe = In("by_entry", config::ProbeKind::kUprobe, {"bpf_exporter_pattern_*"});
  probe.pid = getpid();
  LoadedObject* object = LoadAndAttach(PlanWith({probe}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallPlaces();
  EXPECT_EQ(Hits(*object, 4), 3210u);
  EXPECT_FALSE(Links().contains("uprobe_multi"));
}

TEST_F(Patterns, CountNoFunctionTwice) {
  LoadedObject* object = LoadAndAttach(PlanWith(
      {In("by_entry", config::ProbeKind::kUprobe,
          {"bpf_exporter_pattern_?", "bpf_exporter_pattern_b", "bpf_exporter_pattern_*"})}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallPlaces();
  EXPECT_EQ(Hits(*object, 4), 3210u);
  EXPECT_EQ(Places(*object, "by_entry"),
            "uprobe /proc/self/exe:bpf_exporter_pattern_?: 2 functions\n"
            "uprobe /proc/self/exe:bpf_exporter_pattern_*: 1 function\n");
}

TEST_F(Patterns, TakeTheFirstOfAListThatMatches) {
  config::ProbeSpec probe = In("by_entry", config::ProbeKind::kUprobe,
                               {"no_such_*", "bpf_exporter_pattern_?", "bpf_exporter_pattern_*"});
  probe.every_target = false;
  LoadedObject* object = LoadAndAttach(PlanWith({probe}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallPlaces();
  EXPECT_EQ(Hits(*object, 4), 210u);
}

TEST_F(Patterns, RunProgramsThatMaySleep) {
  if (ReadKernelFacts().version < 0x60000) GTEST_SKIP() << "from 6.0 on uprobes may sleep";
  LoadedObject* object = LoadAndAttach(BySection("by_sleepable"));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallPlaces();
  EXPECT_EQ(Hits(*object, 2), 10u);
}

TEST_F(Patterns, RunSessionsAtTheEntryAndTheReturn) {
  LoadedObject* object = Load(BySection("by_session"));
  ASSERT_NE(object, nullptr);
  object->Attach();
  if (!HasMultiLink(MultiLink::kUprobeSession)) {
    EXPECT_EQ(ProblemOf(*object, "by_session"),
              "section 'uprobe.session//proc/self/exe:bpf_exporter_pattern_*': kernel " +
                  ReadKernelFacts().release +
                  " runs no program at both the entry and the return of a function (Linux 6.13); "
                  "use two, SEC(\"uprobe/…\") and SEC(\"uretprobe/…\")");
    return;
  }
  EXPECT_EQ(ProblemOf(*object, "by_session"), "");
  WantThisProcess(*object);
  CallPlaces();
  EXPECT_EQ(Hits(*object, 3), 2 * 3210u);
}

TEST_F(Patterns, NameWhatIsNearIfNothingMatches) {
  LoadedObject* object = Load(
      PlanWith({In("by_entry", config::ProbeKind::kUprobe, {"bpf_exporter_another_plaice*"}),
                In("by_multi", config::ProbeKind::kUretprobe, {"bpf_exporter_pattern_[ab]*"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_entry"),
            "uprobe '/proc/self/exe:bpf_exporter_another_plaice*': no function matches; it has "
            "'bpf_exporter_another_place'");
  const std::string problem = ProblemOf(*object, "by_multi");
  EXPECT_TRUE(problem.starts_with(
      "uretprobe '/proc/self/exe:bpf_exporter_pattern_[ab]*': no function matches; it has '"))
      << problem;
}

TEST_F(Patterns, SayThatABinaryIsNoElfFileOrIsNotThere) {
  config::ProbeSpec text = In("by_entry", config::ProbeKind::kUprobe, {"f*"});
  text.binaries = {config::Text{"/etc/passwd", {}}};
  config::ProbeSpec gone = In("by_multi", config::ProbeKind::kUprobe, {"f*"});
  gone.binaries = {config::Text{"/nonexistent/binary", {}}};
  LoadedObject* object = Load(PlanWith({text, gone}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_entry"),
            "uprobe '/etc/passwd:f*': the binary is not an ELF file that can be read");
  EXPECT_EQ(ProblemOf(*object, "by_multi"),
            "uprobe '/nonexistent/binary:f*': No such file or directory");
}

TEST_F(Patterns, AreBoundedWhereEachFunctionNeedsALink) {
  LoadedObject* object = Load(PlanWith(
      {In("by_entry", config::ProbeKind::kUprobe, {"*", "bpf_exporter_another_place+0x0"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  const std::string problem = ProblemOf(*object, "by_entry");
  EXPECT_TRUE(problem.starts_with("uprobe '/proc/self/exe:*': ")) << problem;
  const std::string why =
      HasMultiLink(MultiLink::kUprobe)
          ? "a program that is only at patterns of the same kind, without pid, has one link to any "
            "number"
          : "kernel " + ReadKernelFacts().release + " has no links to many functions (Linux 6.6)";
  EXPECT_TRUE(
      problem.ends_with(" functions match, and at most 256 can have a link each; a longer "
                        "pattern matches fewer; " +
                        why))
      << problem;
}

bool HasKprobes() { return ReadKernelFacts().kprobes; }

// The functions of the kernel that tracefs lists, and not kallsyms alone.
class TracefsMounted {
 public:
  TracefsMounted() : space_(OwnNamespace::Kind::kMount) {
    if (!std::filesystem::exists("/sys/kernel/tracing/events")) {
      mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr);
    }
  }

 private:
  OwnNamespace space_;
};

void CallKernel() {
  for (int i = 0; i < 100; ++i) getpgid(0);
  for (int i = 0; i < 20; ++i) setpgid(0, -1);  // which the kernel refuses
  for (int i = 0; i < 3; ++i) getsid(0);
}

#if defined(__x86_64__)
TEST_F(Patterns, CountTheCallsOfEachFunctionOfTheKernelThatMatches) {
  if (!HasKprobes()) SKIP_ON_THIS_KERNEL("is built without kprobes");
  const TracefsMounted tracefs;
  LoadedObject* object = LoadAndAttach(BySection("by_kernel_multi"));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallKernel();
  EXPECT_EQ(Hits(*object, 5), 120u);
  EXPECT_EQ(Places(*object, "by_kernel_multi"), "kprobe __x64_sys_?etpgid: 2 functions\n");
  EXPECT_EQ(Links().contains("kprobe_multi"), HasMultiLink(MultiLink::kKprobe));
}

TEST_F(Patterns, CountTheReturnsOfEachFunctionOfTheKernel) {
  if (!HasKprobes()) SKIP_ON_THIS_KERNEL("is built without kprobes");
  const TracefsMounted tracefs;
  LoadedObject* object = LoadAndAttach(BySection("by_kernel_plain"));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallKernel();
  EXPECT_EQ(Hits(*object, 6), 120u);
}

TEST_F(Patterns, CountWithAKprobeAtEachFunction) {
  if (!HasKprobes()) SKIP_ON_THIS_KERNEL("is built without kprobes");
  config::ProbeSpec probe = Probe("by_kernel_plain", config::ProbeKind::kKprobe,
                                  {"__x64_sys_?etpgid", "__x64_sys_getsid+0x0"});
  probe.every_target = true;
  LoadedObject* object = LoadAndAttach(PlanWith({probe}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallKernel();
  EXPECT_EQ(Hits(*object, 6), 123u);
  EXPECT_FALSE(Links().contains("kprobe_multi"));
}

TEST_F(Patterns, RunSessionsAtFunctionsOfTheKernel) {
  LoadedObject* object = Load(BySection("by_kernel_session"));
  ASSERT_NE(object, nullptr);
  object->Attach();
  if (!HasMultiLink(MultiLink::kKprobeSession)) {
    EXPECT_EQ(ProblemOf(*object, "by_kernel_session"),
              "section 'kprobe.session/__x64_sys_?etpgid': kernel " + ReadKernelFacts().release +
                  " runs no program at both the entry and the return of a function (Linux 6.10 "
                  "with CONFIG_FPROBE); use two, SEC(\"kprobe/…\") and SEC(\"kretprobe/…\")");
    return;
  }
  EXPECT_EQ(ProblemOf(*object, "by_kernel_session"), "");
  WantThisProcess(*object);
  CallKernel();
  EXPECT_EQ(Hits(*object, 7), 240u);
}
#endif

TEST_F(Patterns, NameFunctionsOfTheKernelThatAreNearIfNothingMatches) {
  LoadedObject* object =
      Load(PlanWith({Probe("by_kernel_plain", config::ProbeKind::kKprobe, {"vfs_raed*"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  const std::string problem = ProblemOf(*object, "by_kernel_plain");
  EXPECT_TRUE(problem.starts_with("kprobe 'vfs_raed*': no function matches; it has 'vfs_r"))
      << problem;
}

TEST_F(Patterns, NeedAKernelWithKprobes) {
  if (HasKprobes()) GTEST_SKIP() << "this kernel has kprobes";
  LoadedObject* object =
      Load(PlanWith({Probe("by_kernel_plain", config::ProbeKind::kKprobe, {"vfs_rea*"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_kernel_plain"),
            "kprobe 'vfs_rea*': No such file or directory; this kernel is built without kprobes "
            "(CONFIG_KPROBE_EVENTS)");
}

}  // namespace
}  // namespace bpf_exporter::kernel
