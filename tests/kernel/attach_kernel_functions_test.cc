// SPDX-License-Identifier: Apache-2.0
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "kernel/hits.h"
#include "kernel/support.h"

// kprobe, kretprobe, fentry, fexit and lsm: not every kernel has them.
namespace bpf_exporter::kernel {
namespace {

using AttachingToKernelFunctions = KernelTest;

// The system call that hits.h's workload makes, as the kernel calls its function.
const std::vector<std::string> kGetppid = {"no_such_function", "__do_sys_getppid",
                                           "__x64_sys_getppid", "__arm64_sys_getppid"};

// Returns the kernel's function of a system call.
std::string SystemCall(const std::string& name) {
#if defined(__x86_64__)
  return "__x64_sys_" + name;
#else
  return "__arm64_sys_" + name;
#endif
}

bool HasKprobes() { return std::filesystem::exists("/sys/bus/event_source/devices/kprobe/type"); }

TEST_F(AttachingToKernelFunctions, TakesTheFirstFunctionThatTheKernelHas) {
  if (!HasKprobes()) SKIP_ON_THIS_KERNEL("is built without kprobes");
  LoadedObject* object =
      LoadAndAttach(PlanOf("probe_hooks", {"hits"},
                           {Probe("by_kprobe", config::ProbeKind::kKprobe, kGetppid),
                            Probe("by_kretprobe", config::ProbeKind::kKretprobe, kGetppid)}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallGetppid(200);
  EXPECT_EQ(Hits(*object, 1), 200u);
  EXPECT_EQ(Hits(*object, 2), 200u);
}

TEST_F(AttachingToKernelFunctions, CountsAtEachOfSeveralFunctions) {
  if (!HasKprobes()) SKIP_ON_THIS_KERNEL("is built without kprobes");
  config::ProbeSpec probe =
      Probe("by_kprobe", config::ProbeKind::kKprobe,
            {SystemCall("getppid"), "no_such_function", SystemCall("getsid")});
  probe.every_target = true;
  LoadedObject* object = Load(PlanOf("probe_hooks", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  WantThisProcess(*object);
  CallGetppid(200);
  for (int i = 0; i < 50; ++i) getsid(0);
  EXPECT_EQ(Hits(*object, 1), 200u + 50);

  const metrics::ProgramStatus& status = object->programs().at(1);
  ASSERT_EQ(status.name, "by_kprobe");
  ASSERT_EQ(status.places.size(), 3u);
  EXPECT_EQ(status.places[0].name, "kprobe " + SystemCall("getppid"));
  EXPECT_TRUE(status.places[0].attached) << status.places[0].problem;
  EXPECT_FALSE(status.places[1].attached);
  EXPECT_TRUE(status.places[2].attached) << status.places[2].problem;
}

TEST_F(AttachingToKernelFunctions, TakesAnOffset) {
  if (!HasKprobes()) SKIP_ON_THIS_KERNEL("is built without kprobes");
  // The first instruction is one for ftrace, of 5 bytes, or one of 4 that marks a call's target.
  std::vector<std::string> places;
  for (const char* offset : {"+0x4", "+5"}) {
    for (const std::string& function : kGetppid) places.push_back(function + offset);
  }
  LoadedObject* object = LoadAndAttach(
      PlanOf("probe_hooks", {"hits"}, {Probe("by_kprobe", config::ProbeKind::kKprobe, places)}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallGetppid(200);
  EXPECT_EQ(Hits(*object, 1), 200u);
}

TEST_F(AttachingToKernelFunctions, RefusesAnOffsetThatIsNone) {
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {Probe("by_kprobe", config::ProbeKind::kKprobe, {"vfs_read+x"}),
                   Probe("by_kretprobe", config::ProbeKind::kKretprobe, {"vfs_read+0x5"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_kprobe"),
            "kprobe 'vfs_read+x': the target reads FUNCTION or FUNCTION+OFFSET");
  EXPECT_EQ(ProblemOf(*object, "by_kretprobe"),
            "kretprobe 'vfs_read+0x5': the target reads FUNCTION");
}

TEST_F(AttachingToKernelFunctions, NamesTheFunctionsThatTheKernelLacks) {
  utsname name{};
  uname(&name);
  LoadedObject* object = Load(PlanOf(
      "probe_hooks", {"hits"}, {Probe("by_kprobe", config::ProbeKind::kKprobe, {"no_a", "no_b"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(
      ProblemOf(*object, "by_kprobe"),
      std::string("kprobe 'no_a', 'no_b': No such file or directory; ") +
          (HasKprobes() ? "kernel " + std::string(name.release) + " has no such function to probe"
                        : "this kernel is built without kprobes (CONFIG_KPROBE_EVENTS)"));
}

// Whether this kernel lets a program of that kind in at all; the probe is ours, but loading it
// fails with EPERM only where the kernel has no trampolines for it.
std::string WhyNotLoaded(const plan::ConfigPlan& plan) {
  const Result<LoadedObject> loaded = LoadedObject::Load(plan, {});
  if (loaded.ok() || loaded.error().code != EPERM) return {};
  return loaded.error().Message();
}

TEST_F(AttachingToKernelFunctions, TakesFentryAndFexit) {
  const plan::ConfigPlan plan = PlanOf("probe_hooks", {"hits"},
                                       {Probe("by_fentry", config::ProbeKind::kFentry, kGetppid),
                                        Probe("by_fexit", config::ProbeKind::kFexit, kGetppid)});
  if (const std::string why = WhyNotLoaded(plan); !why.empty()) {
    SKIP_ON_THIS_KERNEL("does not allow fentry: " + why);
  }
  LoadedObject* object = LoadAndAttach(plan);
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallGetppid(200);
  EXPECT_EQ(Hits(*object, 3), 200u);
  EXPECT_EQ(Hits(*object, 4), 200u);
}

TEST_F(AttachingToKernelFunctions, TakesSecurityHooks) {
  const plan::ConfigPlan plan =
      PlanOf("probe_hooks", {"hits"}, {Probe("by_lsm", config::ProbeKind::kLsm, {"task_getsid"})});
  if (const std::string why = WhyNotLoaded(plan); !why.empty()) {
    SKIP_ON_THIS_KERNEL("does not allow lsm: " + why);
  }
  LoadedObject* object = LoadAndAttach(plan);
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  for (int i = 0; i < 200; ++i) getsid(getpid());
  EXPECT_EQ(Hits(*object, 5), 200u);
}

}  // namespace
}  // namespace bpf_exporter::kernel
