// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include <memory>

#include "base/fd.h"
#include "host/kernel_modules.h"
#include "kernel/attach/multi_link.h"
#include "kernel/hits.h"
#include "kernel/support.h"

// Programs at functions and tracepoints of a module of the kernel. It is loaded and unloaded, so
// these tests run in guests only.
namespace bpf_exporter::kernel {
namespace {

constexpr int kKprobe = 1, kKretprobe = 2;
constexpr int kCalls = 7;
const std::string kGone = "the module 'loop' is gone";

class FollowModules : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!EveryKindIsRequired()) GTEST_SKIP() << "unloads a module, so it runs in guests only";
    if (!host::ModulesNow().contains("loop")) LoadModule();
  }
  void TearDown() override {
    DestroyObjects();
    if (EveryKindIsRequired() && !host::ModulesNow().contains("loop")) LoadModule();
    KernelTest::TearDown();
  }

  static void LoadModule() { Output("insmod /modules/loop.ko"); }
  static void UnloadModule() { Output("rmmod loop"); }

  // Calls the module's lo_ioctl.
  static void CallModule() {
    const Fd device(open("/dev/loop0", O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(device.valid());
    loop_info64 info;
    for (int i = 0; i < kCalls; ++i) ioctl(device.get(), LOOP_GET_STATUS64, &info);
  }

  // What the log would say.
  static std::vector<std::string> Follow(LoadedObject& object) {
    Present present;
    present.modules = std::make_shared<const host::KernelModules>(host::ModulesNow());
    std::vector<std::string> texts;
    for (const PlaceNews& news : object.Follow(present, Time())) {
      texts.push_back((news.problem ? "problem: " : "") + news.text);
    }
    return texts;
  }
};

TEST_F(FollowModules, CountsInAModuleThatGoesAndComesBack) {
  LoadedObject* object = LoadAndAttach(PlanOf(
      "probe_hooks", {"hits"},
      {Probe("by_kprobe", config::ProbeKind::kKprobe, {"lo_ioctl"}),
       Probe("by_kretprobe", config::ProbeKind::kKretprobe, {"no_such_function", "lo_ioctl"})}));
  ASSERT_NE(object, nullptr);
  EXPECT_TRUE(object->followed().modules);
  EXPECT_EQ(object->Links(), std::nullopt);
  WantThisProcess(*object);
  CallModule();
  unsigned calls = kCalls;
  EXPECT_EQ(Hits(*object, kKprobe), calls);
  const std::vector<std::string> gone = {
      "problem: program 'by_kprobe': detached from kprobe lo_ioctl: " + kGone,
      "problem: program 'by_kretprobe': detached from kretprobe no_such_function|lo_ioctl: " +
          kGone};
  const std::vector<std::string> back = {
      "program 'by_kprobe': attached to kprobe lo_ioctl",
      "program 'by_kretprobe': attached to kretprobe no_such_function|lo_ioctl"};
  EXPECT_TRUE(Follow(*object).empty());
  for (int round = 0; round < 2; ++round) {
    UnloadModule();
    EXPECT_EQ(Follow(*object), gone);
    EXPECT_EQ(ProblemOf(*object, "by_kprobe"), "kprobe lo_ioctl: " + kGone);
    EXPECT_EQ(Follow(*object).size(), 1u);  // the other has no other of its functions
    EXPECT_TRUE(Follow(*object).empty());
    LoadModule();
    EXPECT_EQ(Follow(*object), back);
    EXPECT_TRUE(Follow(*object).empty());
    CallModule();
    calls += kCalls;
    EXPECT_EQ(Hits(*object, kKprobe), calls);
    EXPECT_EQ(Hits(*object, kKretprobe), calls);
  }
  // Between two looks.
  UnloadModule();
  LoadModule();
  EXPECT_EQ(Follow(*object), (std::vector<std::string>{gone[0], back[0], gone[1], back[1]}));
  CallModule();
  EXPECT_EQ(Hits(*object, kKprobe), calls + kCalls);
  EXPECT_EQ(Hits(*object, kKretprobe), calls + kCalls);
}

TEST_F(FollowModules, AttachesWhenTheModuleComes) {
  UnloadModule();
  config::ProbeSpec optional = Probe("by_kretprobe", config::ProbeKind::kKretprobe, {"lo_ioctl"});
  optional.optional = true;
  LoadedObject* object = Load(PlanOf(
      "probe_hooks", {"hits"},
      {Probe("by_kprobe", config::ProbeKind::kKprobe, {"lo_ioctl", "lo_compat_ioctl"}), optional}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_TRUE(object->followed().modules);
  EXPECT_TRUE(Follow(*object).empty());
  LoadModule();
  EXPECT_EQ(Follow(*object), (std::vector<std::string>{
                                 "program 'by_kprobe': attached to kprobe lo_ioctl|lo_compat_ioctl",
                                 "program 'by_kretprobe': attached to kretprobe lo_ioctl"}));
  WantThisProcess(*object);
  CallModule();
  EXPECT_EQ(Hits(*object, kKprobe), static_cast<unsigned>(kCalls));
  EXPECT_EQ(Hits(*object, kKretprobe), static_cast<unsigned>(kCalls));
  UnloadModule();
  EXPECT_EQ(
      Follow(*object)[0],
      "problem: program 'by_kprobe': detached from kprobe lo_ioctl|lo_compat_ioctl: " + kGone);
}

TEST_F(FollowModules, CountsInEachModuleThatAPatternMatches) {
  if (HasMultiLink(MultiLink::kKprobe)) GTEST_SKIP() << "a link to many functions holds the module";
  LoadedObject* object =
      LoadAndAttach(PlanOf("probe_hooks", {"hits"},
                           {Probe("by_kprobe", config::ProbeKind::kKprobe, {"lo_ioct?"}),
                            Probe("by_kretprobe", config::ProbeKind::kKretprobe, {"*o_ioctl"})}));
  ASSERT_NE(object, nullptr);
  EXPECT_TRUE(object->followed().modules);
  WantThisProcess(*object);
  CallModule();
  unsigned calls = kCalls;
  EXPECT_EQ(Hits(*object, kKprobe), calls);
  EXPECT_EQ(Hits(*object, kKretprobe), calls);
  EXPECT_TRUE(Follow(*object).empty());
  const std::string other = ": modules with such functions came or went";
  const auto attached = [](const std::string& text) {
    return text.starts_with("program 'by_kretprobe': attached to kretprobe *o_ioctl (");
  };
  UnloadModule();
  std::vector<std::string> news = Follow(*object);
  ASSERT_EQ(news.size(), 4u);
  EXPECT_EQ(news[0], "program 'by_kprobe': kprobe lo_ioct?" + other);
  EXPECT_TRUE(
      news[1].starts_with("problem: program 'by_kprobe': kprobe 'lo_ioct?': no function matches; "))
      << news[1];
  EXPECT_EQ(news[2], "program 'by_kretprobe': kretprobe *o_ioctl" + other);
  EXPECT_TRUE(attached(news[3])) << news[3];  // the kernel has others
  EXPECT_TRUE(Follow(*object).empty());
  LoadModule();
  news = Follow(*object);
  ASSERT_EQ(news.size(), 3u);
  EXPECT_EQ(news[0], "program 'by_kprobe': attached to kprobe lo_ioct? (1 function)");
  EXPECT_EQ(news[1], "program 'by_kretprobe': kretprobe *o_ioctl" + other);
  EXPECT_TRUE(attached(news[2])) << news[2];
  CallModule();
  calls += kCalls;
  EXPECT_EQ(Hits(*object, kKprobe), calls);
  EXPECT_EQ(Hits(*object, kKretprobe), calls);
  // Between two looks.
  UnloadModule();
  LoadModule();
  EXPECT_EQ(Follow(*object).size(), 4u);
  CallModule();
  EXPECT_EQ(Hits(*object, kKprobe), calls + kCalls);
  EXPECT_EQ(Hits(*object, kKretprobe), calls + kCalls);
}

TEST_F(FollowModules, AddsWhatAPatternMatchesInAModuleThatComes) {
  UnloadModule();
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {Probe("by_kprobe", config::ProbeKind::kKprobe, {"lo_ioct?"}),
                   Probe("by_kretprobe", config::ProbeKind::kKretprobe, {"*o_ioctl"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_TRUE(ProblemOf(*object, "by_kprobe").starts_with("kprobe 'lo_ioct?': no function matches"))
      << ProblemOf(*object, "by_kprobe");
  EXPECT_EQ(ProblemOf(*object, "by_kretprobe"), "");
  EXPECT_TRUE(Follow(*object).empty());
  LoadModule();
  const std::vector<std::string> news = Follow(*object);
  ASSERT_EQ(news.size(), 3u);
  EXPECT_EQ(news[0], "program 'by_kprobe': attached to kprobe lo_ioct? (1 function)");
  EXPECT_EQ(news[1],
            "program 'by_kretprobe': kretprobe *o_ioctl: modules with such functions came or went");
  EXPECT_TRUE(news[2].starts_with("program 'by_kretprobe': attached to kretprobe *o_ioctl ("));
  WantThisProcess(*object);
  CallModule();
  EXPECT_EQ(Hits(*object, kKprobe), static_cast<unsigned>(kCalls));
  EXPECT_EQ(Hits(*object, kKretprobe), static_cast<unsigned>(kCalls));
}

TEST_F(FollowModules, NeedsNobodyForFunctionsOfTheKernelItself) {
  LoadedObject* object = LoadAndAttach(
      PlanOf("probe_hooks", {"hits"},
             {Probe("by_kprobe", config::ProbeKind::kKprobe, {"vfs_read"}),
              Probe("by_tracepoint", config::ProbeKind::kTracepoint, {"sched/sched_switch"})}));
  ASSERT_NE(object, nullptr);
  EXPECT_FALSE(object->followed().any());
}

}  // namespace
}  // namespace bpf_exporter::kernel
