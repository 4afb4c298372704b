// SPDX-License-Identifier: Apache-2.0
#include "kernel/load/contained_object.h"

#include <fmt/core.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "host/cpu_watch.h"
#include "kernel/hits.h"
#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

constexpr int kPerfEvent = 8, kRawTracepoint = 9;

class ContainedObjectTest : public KernelTest {
 protected:
  void TearDown() override {
    if (object_) {
      std::set<std::string> ids = BpfIdsOfThisProcess();
      object_.reset();
      EXPECT_EQ(StillThere(ids), std::set<std::string>()) << "left in the kernel";
    }
    EXPECT_EQ(Children(), std::vector<pid_t>());
    KernelTest::TearDown();
  }

  // Returns the processes whose parent this one is.
  static std::vector<pid_t> Children() {
    std::ifstream file("/proc/thread-self/children");
    return {std::istream_iterator<pid_t>(file), std::istream_iterator<pid_t>()};
  }

  // Loads and keeps; returns the error.
  std::string Load(const plan::ConfigPlan& plan, const LoadOptions& options = {}) {
    Result<ContainedObject> loaded = ContainedObject::Load(plan, options);
    if (!loaded) return loaded.error().Message();
    object_.emplace(*std::move(loaded));
    return {};
  }

  // Returns the problem of a program; "attached" if it is.
  std::string StateOf(const std::string& name) const {
    for (const metrics::ProgramStatus& program : object_->programs()) {
      if (program.name == name) return program.attached ? "attached" : program.problem;
    }
    return "no such program";
  }

  std::uint64_t HitsOf(std::uint32_t slot) const { return Hits(object_->Map("hits"), slot); }

  static plan::ConfigPlan OnRawTracepoint() {
    return PlanOf("probe_hooks", {"hits"},
                  {Probe("by_raw_tracepoint", config::ProbeKind::kRawTracepoint, {"sys_enter"})});
  }
  static plan::ConfigPlan OnPerfEvents() {
    config::ProbeSpec probe = Probe("by_perf_event", config::ProbeKind::kPerfEvent, {"cpu-clock"});
    probe.frequency = 997;
    return PlanOf("probe_hooks", {"hits"}, {probe});
  }

  std::optional<ContainedObject> object_;
};

TEST_F(ContainedObjectTest, NeedsNoProcessForWhatDescriptorsHold) {
  const plan::ConfigPlan plan = OnRawTracepoint();
  ASSERT_EQ(Load(plan), "");
  EXPECT_EQ(Children().size(), 1u);
  ASSERT_TRUE(object_->Attach().ok());
  EXPECT_EQ(Children().size(), 0u);
  EXPECT_FALSE(object_->HasNext());
  EXPECT_FALSE(object_->followed().any());
  EXPECT_EQ(StateOf("by_raw_tracepoint"), "attached");
  WantThisProcess(object_->Map("wanted"));
  CallGetppid(7);
  EXPECT_EQ(HitsOf(kRawTracepoint), 7u);
  EXPECT_EQ(object_->ProgramStatistics().size(), 1u);
  EXPECT_EQ(object_->Map("no_such_map").fd(), -1);
  EXPECT_TRUE(object_->DropRights().ok());
  EXPECT_TRUE(object_->Follow(nullptr, Time()).empty());
}

TEST_F(ContainedObjectTest, LetsGoWhenItIsDestroyed) {
  ASSERT_EQ(Load(OnRawTracepoint()), "");
  ASSERT_TRUE(object_->Attach().ok());
  const std::set<std::string> ids = BpfIdsOfThisProcess();
  EXPECT_FALSE(ids.empty());
  object_.reset();
  EXPECT_EQ(BpfIdsOfThisProcess(), std::set<std::string>());
  EXPECT_EQ(StillThere(ids), std::set<std::string>());
}

TEST_F(ContainedObjectTest, KeepsTheProcessWhereThereIsMoreToAttach) {
  ASSERT_EQ(Load(OnPerfEvents()), "");
  ASSERT_TRUE(object_->Attach().ok());
  ASSERT_EQ(Children().size(), 1u);
  EXPECT_TRUE(object_->followed().cpus);
  EXPECT_EQ(StateOf("by_perf_event"), "attached");
  WantThisProcess(object_->Map("wanted"));
  Burn(0.1);
  EXPECT_GT(HitsOf(kPerfEvent), 0u);
  EXPECT_EQ(object_->WhyNotLater(), std::vector<std::string>());
  EXPECT_TRUE(object_->Follow(nullptr, Time()).empty());
}

TEST_F(ContainedObjectTest, TellsOnceThatTheProcessEnded) {
  ASSERT_EQ(Load(OnPerfEvents()), "");
  ASSERT_TRUE(object_->Attach().ok());
  ASSERT_EQ(Children().size(), 1u);
  kill(Children().front(), SIGKILL);
  const std::vector<PlaceNews> news = object_->Follow(nullptr, Time());
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].text,
            "the process that held its links has ended: it was killed (signal 9); dmesg tells "
            "whether the kernel did, for want of memory");
  EXPECT_TRUE(news[0].problem);
  EXPECT_EQ(StateOf("by_perf_event"), news[0].text);
  EXPECT_TRUE(object_->Follow(nullptr, Time()).empty());
  const std::uint64_t before = HitsOf(kPerfEvent);
  WantThisProcess(object_->Map("wanted"));
  Burn(0.1);
  EXPECT_EQ(HitsOf(kPerfEvent), before);
}

// Returns how many perf events a process holds.
std::size_t PerfEventsOf(pid_t process) {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", process))) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    count += target == "anon_inode:[perf_event]" ? 1 : 0;
  }
  return count;
}

TEST_F(ContainedObjectTest, TellsTheProcessWhatIsThereOnlyWhenThatIsNew) {
  ASSERT_EQ(Load(OnPerfEvents()), "");
  ASSERT_TRUE(object_->Attach().ok());
  const pid_t process = Children().front();
  const std::size_t all = PerfEventsOf(process);
  const auto none = std::make_shared<const host::OnlineCpus>();
  const auto present = std::make_shared<Present>();
  present->cpus = std::make_shared<const host::OnlineCpus>(host::CpusNow());
  object_->Follow(present, Time());
  EXPECT_EQ(PerfEventsOf(process), all);
  // This is not seen, as the object is the same.
  present->cpus = none;
  object_->Follow(present, Time());
  EXPECT_EQ(PerfEventsOf(process), all);
  object_->Follow(std::make_shared<const Present>(*present), Time());
  EXPECT_EQ(PerfEventsOf(process), 0u);
}

TEST_F(ContainedObjectTest, StartsAgainAndCountsOn) {
  const plan::ConfigPlan plan = OnPerfEvents();
  ASSERT_EQ(Load(plan), "");
  ASSERT_TRUE(object_->Attach().ok());
  WantThisProcess(object_->Map("wanted"));
  Burn(0.1);
  const std::uint32_t map = object_->Map("hits").Id();
  ASSERT_GT(HitsOf(kPerfEvent), 0u);
  for (int round = 0; round < 2; ++round) {
    const pid_t before = Children().front();
    const std::uint64_t hits = HitsOf(kPerfEvent);
    kill(before, SIGKILL);
    object_->Follow(nullptr, Time());
    ASSERT_TRUE(object_->HasLostProcess());
    const Status started = object_->StartAgain(plan);
    ASSERT_TRUE(started.ok()) << started.error().Message();
    EXPECT_FALSE(object_->HasLostProcess());
    ASSERT_EQ(Children().size(), 1u);
    EXPECT_NE(Children().front(), before);
    EXPECT_EQ(StateOf("by_perf_event"), "attached");
    EXPECT_EQ(object_->ProgramStatistics().size(), 1u);
    EXPECT_EQ(object_->Map("hits").Id(), map);
    Burn(0.1);
    EXPECT_GT(HitsOf(kPerfEvent), hits);
    EXPECT_TRUE(object_->Follow(nullptr, Time()).empty());
  }
}

TEST_F(ContainedObjectTest, TakesMapsOfAllKindsWhenItStartsAgain) {
  // Constants, variables that programs write, and maps of maps among them.
  for (const char* object : {"globals", "map_kinds"}) {
    const plan::ConfigPlan plan = PlanOf(object, {});
    ASSERT_EQ(Load(plan), "");
    ASSERT_TRUE(object_->Attach().ok());
    const Status started = object_->StartAgain(plan);
    EXPECT_TRUE(started.ok()) << object << ": " << started.error().Message();
    object_.reset();
  }
}

TEST_F(ContainedObjectTest, SaysWhyItCannotStartAgain) {
  plan::ConfigPlan plan = OnPerfEvents();
  ASSERT_EQ(Load(plan), "");
  ASSERT_TRUE(object_->Attach().ok());
  kill(Children().front(), SIGKILL);
  object_->Follow(nullptr, Time());
  const std::string problem = StateOf("by_perf_event");
  plan.object.bytes = std::make_shared<const std::string>("no object");
  const Status started = object_->StartAgain(plan);
  ASSERT_FALSE(started.ok());
  EXPECT_TRUE(started.error().Message().starts_with("object 'probe_hooks.bpf.o': open: "))
      << started.error().Message();
  EXPECT_TRUE(object_->HasLostProcess());
  EXPECT_EQ(Children(), std::vector<pid_t>());
  EXPECT_EQ(StateOf("by_perf_event"), problem);
  EXPECT_TRUE(object_->Follow(nullptr, Time()).empty());
}

TEST_F(ContainedObjectTest, GivesUpRightsWhereTheProcessGoesOn) {
  auto* called = static_cast<pid_t*>(
      mmap(nullptr, sizeof(pid_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(called, MAP_FAILED);
  const LoadOptions options{.drop_rights = [called]() -> Status {
    *called = getpid();
    return Error{"cannot"};
  }};
  ASSERT_EQ(Load(OnPerfEvents(), options), "");
  ASSERT_TRUE(object_->Attach().ok());
  ASSERT_EQ(Children().size(), 1u);
  const Status dropped = object_->DropRights();
  ASSERT_FALSE(dropped.ok());
  EXPECT_EQ(dropped.error().Message(), "cannot");
  EXPECT_EQ(*called, Children().front());
  munmap(called, sizeof(pid_t));
}

TEST_F(ContainedObjectTest, TakesTheNextAlternativeIfOneCannotBeAttached) {
  host::Host host;
  const plan::ConfigPlan plan = PlanOfYaml("either_of", R"(
probes:
  - any: [[by_other, by_kprobe], by_raw]
metrics: {counters: [{name: hits, help: Hits, labels: [{name: slot, decoders: [{name: uint}]}]}]}
)",
                                           host);
  ASSERT_EQ(Load(plan), "");
  ASSERT_TRUE(object_->Attach().ok());
  ASSERT_TRUE(object_->HasNext());
  ASSERT_TRUE(object_->LoadNext().ok());
  ASSERT_TRUE(object_->Attach().ok());
  EXPECT_FALSE(object_->HasNext());
  ASSERT_EQ(object_->EitherOf().size(), 1u);
  EXPECT_EQ(object_->EitherOf()[0].used, 1u);
  EXPECT_EQ(StateOf("by_raw"), "attached");
  EXPECT_EQ(StateOf("by_other"), "left out with 'by_kprobe'; 'by_raw' takes its place");
  WantThisProcess(object_->Map("wanted"));
  CallGetppid(3);
  EXPECT_EQ(HitsOf(3), 3u);
}

TEST_F(ContainedObjectTest, SaysWhyAnObjectDoesNotLoad) {
  const plan::ConfigPlan plan = PlanOf("rejected", {"hits"});
  const Result<LoadedObject> here = LoadedObject::Load(plan, {});
  ASSERT_FALSE(here.ok());
  const std::regex address("0x[0-9a-f]+");
  EXPECT_EQ(std::regex_replace(Load(plan), address, "X"),
            std::regex_replace(here.error().Message(), address, "X"));
}

}  // namespace
}  // namespace bpf_exporter::kernel
