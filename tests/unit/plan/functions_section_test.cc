// SPDX-License-Identifier: Apache-2.0
#include "plan/functions_section.h"

#include <gtest/gtest.h>

#include <string>

namespace bpf_exporter::plan {
namespace {

std::string NameOf(std::string_view section) {
  const std::optional<Place> place = PlaceOfFunctions(section);
  return place ? PlaceName(*place) : "(none)";
}

TEST(FunctionsSections, NamePlacesThatAreLeftToUs) {
  EXPECT_EQ(NameOf("uprobe.multi//bin/sh:work_*"), "uprobe /bin/sh:work_*");
  EXPECT_EQ(NameOf("uprobe.multi.s/sh:work"), "uprobe sh:work");
  EXPECT_EQ(NameOf("uretprobe.multi/sh:work_?"), "uretprobe sh:work_?");
  EXPECT_EQ(NameOf("uretprobe.multi.s/sh:work_?"), "uretprobe sh:work_?");
  EXPECT_EQ(NameOf("uprobe.session.s/sh:work"), "uprobe sh:work");
  EXPECT_EQ(NameOf("uprobe//bin/sh:work_*"), "uprobe /bin/sh:work_*");
  EXPECT_EQ(NameOf("uretprobe.s//bin/*sh:work"), "uretprobe /bin/*sh:work");
  EXPECT_EQ(NameOf("kprobe/vfs_*"), "kprobe vfs_*");
  EXPECT_EQ(NameOf("kretprobe.multi/vfs_read"), "kretprobe vfs_read");
  EXPECT_EQ(NameOf("kprobe.session/vfs_*"), "kprobe vfs_*");
  EXPECT_EQ(NameOf("usdt.s/sh:provider:name"), "usdt sh:provider:name");
  EXPECT_TRUE(PlaceOfFunctions("kprobe/vfs_*")->of_section);
}

TEST(FunctionsSections, AreNoneThatLibbpfAttaches) {
  for (const char* section :
       {"uprobe//bin/sh:work", "kprobe/vfs_read", "ksyscall/op*", "usdt/b:p:*", "fentry/vfs_*",
        "uprobe.multi", "uprobe.multi/", "kprobe.session", "tracepoint/syscalls/*", "", "uprobe"}) {
    EXPECT_EQ(NameOf(section), "(none)") << section;
    EXPECT_EQ(WrongFunctions(section), "") << section;
  }
}

TEST(FunctionsSections, SayWhatIsWrong) {
  for (const char* section : {"uprobe.multi//bin/sh", "uprobe.multi/:work", "uprobe.multi/sh:"}) {
    EXPECT_EQ(WrongFunctions(section), "the section reads uprobe.multi/BINARY:FUNCTION");
    EXPECT_EQ(NameOf(section), "(none)");
  }
  EXPECT_EQ(WrongFunctions("usdt.s/sh:provider"), "the section reads usdt.s/BINARY:PROVIDER:NAME");
  EXPECT_EQ(WrongFunctions("kprobe/vfs_*+4"), "a pattern of functions takes no +OFFSET");
  EXPECT_EQ(NameOf("kprobe/vfs_*+4"), "(none)");
}

TEST(FunctionsSections, TakeNoPatternWhereOneTargetIsMeant) {
  EXPECT_EQ(WhyNoPattern("fentry/vfs_*"),
            "the kernel ties the program to one function, so it takes no pattern; kprobe does");
  EXPECT_EQ(WhyNoPattern("fexit.s/vfs_rea?"),
            "the kernel ties the program to one function, so it takes no pattern; kretprobe does");
  EXPECT_EQ(WhyNoPattern("lsm/file_*"),
            "the kernel ties the program to one hook, so it takes no pattern");
  for (const char* section :
       {"tracepoint/syscalls/sys_enter_*", "tp/sched/*", "raw_tp/sched_*", "tp_btf/sched_*"}) {
    EXPECT_EQ(WhyNoPattern(section),
              "tracepoints are named whole; {all: [A, B]} under probes: takes several")
        << section;
  }
  EXPECT_EQ(WhyNoPattern("ksyscall/open*"),
            "system calls are named whole; kprobe takes a pattern of their functions");
  for (const char* section :
       {"fentry/vfs_read", "fentry", "kprobe/vfs_*", "uprobe//bin/*sh:main", "xdp/veth*",
        "usdt//bin/*sh:provider:name", "tp/sched/sched_switch"}) {
    EXPECT_EQ(WhyNoPattern(section), "") << section;
  }
}

TEST(FunctionsSections, TellSessionsAndSleep) {
  EXPECT_TRUE(IsSession("uprobe.session.s/b:f"));
  EXPECT_FALSE(IsSession("uprobe/b.session:f"));
  EXPECT_TRUE(MaySleep("uprobe.multi.s/b:f"));
  EXPECT_FALSE(MaySleep("uprobe.multi/b.s"));
}

}  // namespace
}  // namespace bpf_exporter::plan
