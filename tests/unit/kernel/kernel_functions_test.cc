// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel_functions.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_folder.h"

namespace bpf_exporter::kernel {
namespace {

using Names = std::vector<std::string>;

// Lines of a kernel 6.1's.
constexpr const char* kSymbols =
    "0000000000000000 t finish_task_switch.isra.0\n"
    "0000000000000000 t finish_task_switch.isra.0.cold\n"
    "0000000000000000 t finish_task_switches\n"
    "0000000000000000 T vfs_read\n"
    "0000000000000000 t vfs_read.part.0\n"
    "0000000000000000 t vfs_read.part.0\n"
    "0000000000000000 T __x64_sys_openat\n"
    "0000000000000000 T __ia32_sys_openat\n"
    "0000000000000000 t helper.constprop.0\t[module]\n";

class KernelFunctionsTest : public ::testing::Test {
 protected:
  KernelFunctions Find(const std::string& function) const {
    std::ofstream(folder_.path("kallsyms")) << kSymbols;
    return FindKernelFunctions({"another", function}, folder_.path("kallsyms")).at(1);
  }
  std::string Instead(const std::string& function) const {
    return KprobeInstead(function, Find(function));
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(KernelFunctionsTest, FindsWhatTheCompilerMadeOfOne) {
  EXPECT_FALSE(Find("finish_task_switch").exists);
  EXPECT_EQ(Find("finish_task_switch").others, Names{"finish_task_switch.isra.0"});
  EXPECT_TRUE(Find("vfs_read").exists);
  EXPECT_EQ(Find("vfs_read").others, Names{"vfs_read.part.0"});
  EXPECT_EQ(Find("helper").others, Names{"helper.constprop.0"});
  EXPECT_EQ(Find("sys_openat").others, Names{"__x64_sys_openat"});
  EXPECT_EQ(Find("openat").others, Names{});
  EXPECT_EQ(Find("").others, Names{});
}

TEST_F(KernelFunctionsTest, SaysWhatToProbeInstead) {
  EXPECT_EQ(
      Instead("finish_task_switch"),
      "it has 'finish_task_switch.isra.0', which the compiler made of it: under probes: "
      "kprobe: [finish_task_switch, finish_task_switch.isra.0] takes the first that there is");
  EXPECT_EQ(Instead("sys_openat"),
            "it has '__x64_sys_openat', which SEC(\"ksyscall/openat\") finds on every machine");
  EXPECT_EQ(Instead("no_such_function"), "");
  EXPECT_EQ(FentryInstead(Find("finish_task_switch")),
            "it has 'finish_task_switch.isra.0', where only a kprobe can be");
  EXPECT_EQ(FentryInstead(Find("no_such_function")), "");
}

TEST(KernelFunctions, AreNoneWhereKallsymsCannotBeRead) {
  EXPECT_FALSE(FindKernelFunctions({"vfs_read"}, "/no/such/file").at(0).exists);
}

TEST(ModulesOfFunctions, AreThoseOfTheFirstOfThatName) {
  const TemporaryFolder folder;
  const std::string kallsyms = folder.Write("kallsyms",
                                            "0000000000000000 T vfs_read\n"
                                            "0000000000000000 t lo_ioctl\t[loop]\n"
                                            "0000000000000000 t probe\t[first]\n"
                                            "0000000000000000 t probe\t[second]\n"
                                            "0000000000000000 t vfs_read\t[second]\n");
  const ModulesOfFunctions expected = {{"lo_ioctl", "loop"}, {"probe", "first"}, {"vfs_read", ""}};
  EXPECT_EQ(FindModules({"probe", "vfs_read", "no_such", "lo_ioctl"}, kallsyms), expected);
  EXPECT_EQ(FindModules({"probe"}, folder.path("none")), ModulesOfFunctions());
  EXPECT_EQ(FindModules({}, kallsyms), ModulesOfFunctions());
}

}  // namespace
}  // namespace bpf_exporter::kernel
