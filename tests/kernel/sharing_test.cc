// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <sys/mount.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "kernel/hits.h"
#include "kernel/namespaces.h"
#include "kernel/support.h"

// Programs that call each other, and maps that objects share.
namespace bpf_exporter::kernel {
namespace {

class Sharing : public KernelTest {
 protected:
  void TearDown() override {
    DestroyObjects();
    network_.reset();
    mounts_.reset();
    KernelTest::TearDown();
  }
  bool UseOwnNetwork() {
    network_ = std::make_unique<OwnNamespace>(OwnNamespace::Kind::kNetwork);
    return network_->problem().empty();
  }
  // A BPF file system of our own, where libbpf looks for pins.
  bool UseOwnPins() {
    mounts_ = std::make_unique<OwnNamespace>(OwnNamespace::Kind::kMount);
    return mounts_->problem().empty() && mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr) == 0;
  }

 private:
  std::unique_ptr<OwnNamespace> network_, mounts_;
};

config::ProbeSpec OnLoopback(const std::string& program) {
  return Probe(program, config::ProbeKind::kSocketFilter, {"lo"});
}

std::uint64_t SlotOf(LoadedObject& object, const std::string& map, std::uint32_t slot) {
  std::array<std::byte, 4096> value{};
  EXPECT_EQ(bpf_map_lookup_elem(object.Map(map).fd(), &slot, value.data()), 0) << map;
  std::uint64_t number = 0;
  std::memcpy(&number, value.data(), sizeof(number));
  return number;
}

TEST_F(Sharing, FillsProgramArraysForTailCalls) {
  ASSERT_TRUE(UseOwnNetwork());
  LoadedObject* object = Load(PlanOf("tail_call", {"hits"}, {OnLoopback("first")}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_EQ(ProblemOf(*object, "first"), "");
  EXPECT_EQ(ProblemOf(*object, "second"), "called by other programs only, through a program array");
  for (const metrics::ProgramStatus& program : object->programs()) {
    EXPECT_EQ(program.attached, program.name == "first");
    EXPECT_EQ(program.needed, program.name == "first") << "nobody misses the other one";
  }
  ASSERT_TRUE(SendDatagrams(40, 100));
  EXPECT_EQ(Hits(*object, 0), 40u);
  EXPECT_EQ(Hits(*object, 1), 40u);
  EXPECT_EQ(Hits(*object, 2), 0u);
}

TEST_F(Sharing, LetsProgramsOfOneObjectWriteOneMap) {
  ASSERT_TRUE(UseOwnNetwork());
  LoadedObject* object = LoadAndAttach(
      PlanOf("probe_hooks", {"hits"}, {OnLoopback("by_socket"), OnLoopback("by_entry_alone")}));
  ASSERT_NE(object, nullptr);
  ASSERT_TRUE(SendDatagrams(40, 100));
  EXPECT_EQ(SlotOf(*object, "hits", 11), 40u);
  EXPECT_EQ(SlotOf(*object, "hits", 16), 40u);
}

TEST_F(Sharing, SharesMapsPinnedByName) {
  ASSERT_TRUE(UseOwnPins()) << strerror(errno);
  ASSERT_TRUE(UseOwnNetwork());
  const plan::ConfigPlan plan = PlanOf("pinned_map", {"shared_hits"}, {OnLoopback("by_socket")});
  LoadedObject* first = LoadAndAttach(plan);
  LoadedObject* second = LoadAndAttach(plan);
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  ASSERT_TRUE(SendDatagrams(40, 100));
  EXPECT_EQ(SlotOf(*first, "shared_hits", 2), 80u) << "both programs count into it";
  EXPECT_EQ(SlotOf(*second, "shared_hits", 2), 80u);
  // The pin is the user's: it stays until its file goes.
  EXPECT_EQ(unlink("/sys/fs/bpf/shared_hits"), 0);
}

// File systems take the time from a clock that the kernel moves on every few milliseconds.
constexpr auto kTick = std::chrono::milliseconds(20);

// What a pinned map holds when it is loaded again was counted before.
TEST_F(Sharing, CountPinnedMapsSinceTheyWerePinned) {
  using std::chrono::system_clock;
  ASSERT_TRUE(UseOwnPins()) << strerror(errno);
  const plan::ConfigPlan plan = PlanOf("pinned_map", {"shared_hits"});
  const auto before = system_clock::now();
  const LoadedObject* first = Load(plan);
  const auto pinned = system_clock::now();
  ASSERT_NE(first, nullptr);
  std::this_thread::sleep_for(2 * kTick);

  const auto again = system_clock::now();
  const LoadedObject* second = Load(plan);
  ASSERT_NE(second, nullptr);
  for (const LoadedObject* object : {first, second}) {
    EXPECT_GE(object->CountedSince("shared_hits"), before - kTick);
    EXPECT_LE(object->CountedSince("shared_hits"), pinned);
  }
  const LoadedObject* other = Load(PlanOf("probe_hooks", {"hits"}));
  ASSERT_NE(other, nullptr);
  EXPECT_GE(other->CountedSince("hits"), again) << "a map of its own counts since it was loaded";
  EXPECT_LE(other->CountedSince("hits"), system_clock::now());
  EXPECT_EQ(unlink("/sys/fs/bpf/shared_hits"), 0);
}

TEST_F(Sharing, NamesAPinThatIsAnotherMap) {
  ASSERT_TRUE(UseOwnPins()) << strerror(errno);
  Output("bpftool map create /sys/fs/bpf/shared_hits type hash key 4 value 8 entries 9 name other");
  const Result<LoadedObject> loaded = LoadedObject::Load(PlanOf("pinned_map", {"shared_hits"}), {});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().Message(),
            "object 'pinned_map.bpf.o': map 'shared_hits': create: Invalid argument; the map "
            "pinned at '/sys/fs/bpf/shared_hits' has another type, size or flags, as it is "
            "another's or an older program's: rm /sys/fs/bpf/shared_hits lets it begin anew, at 0");
}

}  // namespace
}  // namespace bpf_exporter::kernel
