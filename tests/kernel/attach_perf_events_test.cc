// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/fd.h"
#include "host/cpu_watch.h"
#include "kernel/hits.h"
#include "kernel/kernel_facts.h"
#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

using AttachingToPerfEvents = KernelTest;

TEST_F(AttachingToPerfEvents, SamplesOnEachCpu) {
  config::ProbeSpec probe = Probe("by_perf_event", config::ProbeKind::kPerfEvent, {"cpu-clock"});
  probe.frequency = 200;
  LoadedObject* object = LoadAndAttach(PlanOf("probe_hooks", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  Burn(0.5);
  // 200 a second on each CPU; emulated machines are late now and then.
  EXPECT_GE(Hits(*object, 8), 30u);
  EXPECT_LE(Hits(*object, 8), 200u);
}

TEST_F(AttachingToPerfEvents, SaysWhatIsWrongWithAFrequency) {
  config::ProbeSpec probe = Probe("by_perf_event", config::ProbeKind::kPerfEvent, {"cpu-clock"});
  probe.frequency = 100'000'000;
  LoadedObject* object = Load(PlanOf("probe_hooks", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "by_perf_event"),
            "perf_event: open event 1/0 on CPU 0: Invalid argument; the event is unknown or its "
            "frequency above kernel.perf_event_max_sample_rate");
}

// The number of perf events that the process holds.
std::size_t PerfEventFds() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    count += target == "anon_inode:[perf_event]" ? 1 : 0;
  }
  return count;
}

// Takes the process's effective capabilities away while it lives.
class WithoutCapabilities {
 public:
  WithoutCapabilities() {
    syscall(SYS_capget, &header_, before_);
    __user_cap_data_struct now[2] = {before_[0], before_[1]};
    now[0].effective = now[1].effective = 0;
    EXPECT_EQ(syscall(SYS_capset, &header_, now), 0);
  }
  ~WithoutCapabilities() { syscall(SYS_capset, &header_, before_); }

 private:
  __user_cap_header_struct header_ = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2] = {};
};

// What is new at the CPUs.
std::vector<std::string> FollowCpus(LoadedObject& object, host::CpuWatch& cpus) {
  Present present;
  present.cpus = std::make_shared<const host::OnlineCpus>(cpus.Look());
  std::vector<std::string> texts;
  for (const PlaceNews& news : object.Follow(present, Time())) texts.push_back(news.text);
  return texts;
}

// Lets the process open this many descriptors more while it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t more) {
    // A sanitizer needs descriptors of its own for its first look at the types that an error needs.
    static_cast<void>(ErrnoError("", EMFILE));
    static_cast<void>(ReadKernelFacts());
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    const Fd next(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const rlimit limit{static_cast<rlim_t>(next.get()) + more, before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_ = {};
};

TEST_F(AttachingToPerfEvents, TriesAgainOnTheCpusThatFailed) {
  host::CpuWatch cpus;
  const std::size_t all = cpus.Look().size();
  if (all < 2) GTEST_SKIP() << "needs two CPUs";
  config::ProbeSpec probe = Probe("by_perf_event", config::ProbeKind::kPerfEvent, {"cpu-clock"});
  probe.frequency = 100;
  LoadedObject* object = nullptr;
  // An event takes a descriptor, and another where its link has one.
  for (rlim_t more = 1; more <= 2; ++more) {
    object = Load(PlanOf("probe_hooks", {"hits"}, {probe}));
    ASSERT_NE(object, nullptr);
    const DescriptorLimit limit(more);
    object->Attach();
    if (ProblemOf(*object, "by_perf_event").empty()) break;
  }
  ASSERT_EQ(ProblemOf(*object, "by_perf_event"), "");
  EXPECT_EQ(PerfEventFds(), 1u);
  EXPECT_TRUE(object->followed().cpus);
  EXPECT_EQ(FollowCpus(*object, cpus), std::vector<std::string>{});
  EXPECT_EQ(PerfEventFds(), all);
}

TEST_F(AttachingToPerfEvents, TriesAgainWhereAllCpusFailedForNow) {
  config::ProbeSpec probe = Probe("by_perf_event", config::ProbeKind::kPerfEvent, {"cpu-clock"});
  probe.frequency = 100;
  LoadedObject* object = Load(PlanOf("probe_hooks", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  host::CpuWatch cpus;
  {
    // Reading which CPUs there are takes one, and an event with its link another where it has one.
    const DescriptorLimit limit(1);
    const Fd last(open("/dev/null", O_RDONLY | O_CLOEXEC));
    object->Attach();
  }
  EXPECT_TRUE(object->followed().cpus) << ProblemOf(*object, "by_perf_event");
  EXPECT_EQ(
      FollowCpus(*object, cpus),
      std::vector<std::string>{"program 'by_perf_event': attached to perf_event cpu-clock 100 Hz"});
  EXPECT_EQ(PerfEventFds(), cpus.Look().size());
}

TEST_F(AttachingToPerfEvents, NeedsNobodyWhereThereIsNoSuchEvent) {
  config::ProbeSpec probe = Probe("by_perf_event", config::ProbeKind::kPerfEvent, {"9999/1"});
  probe.frequency = 100;
  LoadedObject* object = Load(PlanOf("probe_hooks", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_NE(ProblemOf(*object, "by_perf_event"), "");
  EXPECT_FALSE(object->followed().any());
}

TEST_F(AttachingToPerfEvents, FollowsCpusThatGoAndComeBack) {
  const char* cpu1 = "/sys/devices/system/cpu/cpu1/online";
  if (!EveryKindIsRequired()) GTEST_SKIP() << "takes a CPU away, so it runs in guests only";
  config::ProbeSpec probe = Probe("by_perf_event", config::ProbeKind::kPerfEvent, {"cpu-clock"});
  probe.frequency = 100;
  host::CpuWatch cpus;
  LoadedObject* object = LoadAndAttach(PlanOf("probe_hooks", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  const std::size_t before = PerfEventFds();
  ASSERT_TRUE(std::ofstream(cpu1) << "0" << std::flush);
  FollowCpus(*object, cpus);
  EXPECT_EQ(PerfEventFds(), before - 1);
  ASSERT_TRUE(std::ofstream(cpu1) << "1" << std::flush);
  FollowCpus(*object, cpus);
  EXPECT_EQ(PerfEventFds(), before);

  // Between two looks, after which only a new event samples the CPU.
  ASSERT_TRUE(std::ofstream(cpu1) << "0" << std::flush);
  ASSERT_TRUE(std::ofstream(cpu1) << "1" << std::flush);
  FollowCpus(*object, cpus);
  EXPECT_EQ(PerfEventFds(), before);
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(1, &only);
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
  ASSERT_EQ(sched_setaffinity(0, sizeof(only), &only), 0);
  WantThisProcess(*object);
  const std::uint64_t hits = Hits(*object, 8);
  Burn(0.5);
  EXPECT_GE(Hits(*object, 8), hits + 10);
  ASSERT_EQ(sched_setaffinity(0, sizeof(all), &all), 0);

  // Without the capabilities for it, it is said once.
  ASSERT_TRUE(std::ofstream(cpu1) << "0" << std::flush);
  EXPECT_EQ(FollowCpus(*object, cpus), std::vector<std::string>{});
  ASSERT_TRUE(std::ofstream(cpu1) << "1" << std::flush);
  {
    const WithoutCapabilities none;
    const std::vector<std::string> news = FollowCpus(*object, cpus);
    ASSERT_EQ(news.size(), 1u);
    EXPECT_TRUE(news[0].starts_with(
        "program 'by_perf_event': perf_event: open event 1/0 on CPU 1: Permission denied; "))
        << news[0];
    EXPECT_EQ(FollowCpus(*object, cpus), std::vector<std::string>{});
  }
  EXPECT_EQ(FollowCpus(*object, cpus), std::vector<std::string>{});
  EXPECT_EQ(PerfEventFds(), before);
}

}  // namespace
}  // namespace bpf_exporter::kernel
