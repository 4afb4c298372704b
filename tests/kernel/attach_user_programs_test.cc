// SPDX-License-Identifier: Apache-2.0
#include <bpf/libbpf.h>
#include <unistd.h>

#include "kernel/hits.h"
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

namespace bpf_exporter::kernel {
namespace {

using AttachingToUserPrograms = KernelTest;

config::ProbeSpec UserProbe(const std::string& program, config::ProbeKind kind,
                            const std::string& binary, const std::string& symbol) {
  config::ProbeSpec probe = Probe(program, kind, {symbol});
  probe.binaries = {config::Text{binary, {}}};
  return probe;
}

TEST_F(AttachingToUserPrograms, TakesUserFunctions) {
  LoadedObject* object =
      LoadAndAttach(PlanOf("probe_hooks", {"hits"},
                           {UserProbe("by_uprobe", config::ProbeKind::kUprobe, "/proc/self/exe",
                                      "bpf_exporter_test_place"),
                            UserProbe("by_uretprobe", config::ProbeKind::kUretprobe,
                                      "/proc/self/exe", "bpf_exporter_test_place")}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  for (int i = 0; i < 250; ++i) ASSERT_EQ(bpf_exporter_test_place(i), i + 1);
  EXPECT_EQ(Hits(*object, 6), 250u);
  EXPECT_EQ(Hits(*object, 7), 250u);
}

TEST_F(AttachingToUserPrograms, TakesAUserFunctionWhateverLinkTheSectionAsksFor) {
  LoadedObject* object =
      LoadAndAttach(PlanOf("multi_sections", {"hits"},
                           {UserProbe("by_uprobe", config::ProbeKind::kUprobe, "/proc/self/exe",
                                      "bpf_exporter_test_place"),
                            UserProbe("by_kprobe", config::ProbeKind::kUretprobe, "/proc/self/exe",
                                      "bpf_exporter_test_place")}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  for (int i = 0; i < 250; ++i) bpf_exporter_test_place(i);
  EXPECT_EQ(Hits(*object, 0), 250u);
  EXPECT_EQ(Hits(*object, 1), 250u);
}

// Runs the place 50 times with a probe for that process; the hits.
std::uint64_t HitsOfProcess(LoadedObject* object) {
  if (object == nullptr) return 0;
  WantThisProcess(*object);
  for (int i = 0; i < 50; ++i) bpf_exporter_test_place(i);
  return Hits(*object, 6);
}

TEST_F(AttachingToUserPrograms, TakesAnOffsetInAUserFunctionAndOneProcess) {
  config::ProbeSpec probe = UserProbe("by_uprobe", config::ProbeKind::kUprobe, "/proc/self/exe",
                                      "bpf_exporter_test_place+0x0");
  probe.pid = getpid();
  EXPECT_EQ(HitsOfProcess(LoadAndAttach(PlanOf("probe_hooks", {"hits"}, {probe}))), 50u);
  DestroyObjects();
  probe.pid = 1;
  EXPECT_EQ(HitsOfProcess(LoadAndAttach(PlanOf("probe_hooks", {"hits"}, {probe}))), 0u);
}

config::ProbeSpec StaticProbe(const std::string& name) {
  config::ProbeSpec probe = UserProbe("by_usdt", config::ProbeKind::kUsdt, "/proc/self/exe", name);
  probe.provider.value = "bpf_exporter_test";
  probe.pid = getpid();  // without cookies (5.15) a library, which a PIE looks like, needs it
  return probe;
}

TEST_F(AttachingToUserPrograms, TakesStaticTracepoints) {
  LoadedObject* object = LoadAndAttach(PlanOf("usdt_hook", {"hits"}, {StaticProbe("place")}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  for (int i = 0; i < 120; ++i) bpf_exporter_test_static_place();
  EXPECT_EQ(Hits(*object, 0), 120u);
}

TEST_F(AttachingToUserPrograms, TakesStaticTracepointsByAnotherSectionOrNamesTheRightOne) {
  config::ProbeSpec probe = StaticProbe("place");
  probe.program.value = "of_another_section";
  LoadedObject* object = Load(PlanOf("usdt_hook", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  WantThisProcess(*object);
  for (int i = 0; i < 120; ++i) bpf_exporter_test_static_place();
  // It depends on libbpf and on the kernel.
  const std::string problem = ProblemOf(*object, "of_another_section");
  EXPECT_EQ(Hits(*object, 1), problem.empty() ? 120u : 0u);
  if (problem.empty()) return;
  EXPECT_EQ(problem,
            std::string("usdt '/proc/self/exe:bpf_exporter_test:place': Invalid argument; with "
                        "libbpf ") +
                libbpf_version_string() + " the program needs SEC(\"usdt\")");
}

TEST_F(AttachingToUserPrograms, NamesAStaticTracepointThatIsNotThere) {
  LoadedObject* object = Load(PlanOf("usdt_hook", {"hits"}, {StaticProbe("gone")}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_usdt"),
            "usdt '/proc/self/exe:bpf_exporter_test:gone': No such file or directory; the "
            "binary has no such static tracepoint");
}

// Expects `problem` to be `ours` and after it libbpf's words, which differ between its releases and
// name `culprit`.
void ExpectCauseOfLibbpf(const std::string& problem, const std::string& ours,
                         const std::string& culprit) {
  EXPECT_TRUE(problem.starts_with(ours)) << problem;
  EXPECT_NE(problem.find(culprit, ours.size()), std::string::npos) << problem;
}

TEST_F(AttachingToUserPrograms, NamesAUserFunctionThatIsNotThere) {
  LoadedObject* object = Load(PlanOf(
      "probe_hooks", {"hits"},
      {UserProbe("by_uprobe", config::ProbeKind::kUprobe, "/proc/self/exe", "no_such_place"),
       UserProbe("by_uretprobe", config::ProbeKind::kUretprobe, "/nonexistent/binary", "main"),
       UserProbe("by_kprobe", config::ProbeKind::kUprobe, "/proc/self/exe", "place+many")}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  ExpectCauseOfLibbpf(ProblemOf(*object, "by_uprobe"),
                      "uprobe '/proc/self/exe:no_such_place': No such file or directory; ",
                      "'no_such_place'");
  ExpectCauseOfLibbpf(ProblemOf(*object, "by_uretprobe"),
                      "uretprobe '/nonexistent/binary:main': No such file or directory; ",
                      "/nonexistent/binary");
  EXPECT_EQ(ProblemOf(*object, "by_kprobe"),
            "uprobe '/proc/self/exe:place+many': the symbol reads FUNCTION, FUNCTION+OFFSET or "
            "OFFSET");
}

TEST_F(AttachingToUserPrograms, IsNotAttachedWhereNothingRuns) {
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {UserProbe("by_uprobe", config::ProbeKind::kUprobe, "/proc/self/exe", "0x10")}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_uprobe"),
            "uprobe '/proc/self/exe:0x10': it would never run; no process runs what is at that "
            "offset of the file");
}

TEST_F(AttachingToUserPrograms, SaysThatABinaryIsNoElfFile) {
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {UserProbe("by_uprobe", config::ProbeKind::kUprobe, "/etc/passwd", "main")}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  ExpectCauseOfLibbpf(ProblemOf(*object, "by_uprobe"),
                      "uprobe '/etc/passwd:main': the binary is not an ELF file that can be read; ",
                      "/etc/passwd");
}

TEST_F(AttachingToUserPrograms, FindsALibraryByItsName) {
  LoadedObject* object = LoadAndAttach(
      PlanOf("probe_hooks", {"hits"},
             {UserProbe("by_uprobe", config::ProbeKind::kUprobe, "libc.so.6", "getppid")}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  for (int i = 0; i < 100; ++i) getppid();
  EXPECT_EQ(Hits(*object, 6), 100u);
}

}  // namespace
}  // namespace bpf_exporter::kernel
