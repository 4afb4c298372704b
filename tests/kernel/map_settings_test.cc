// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <sys/mount.h>
#include <unistd.h>

#include "host/host.h"
#include "kernel/namespaces.h"
#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

class MapSettings : public KernelTest {
 protected:
  void TearDown() override {
    DestroyObjects();
    mounts_.reset();
    KernelTest::TearDown();
  }

  LoadedObject* LoadWith(const std::string& maps) {
    const std::string yaml =
        "maps:\n  stacks: {max_entries: 8, value_size: 1016}\n" + maps +
        "metrics: {counters: [{name: counts, help: Counts, labels: [slot]}]}\n";
    return Load(PlanOfYaml("unsized", yaml, host_));
  }

  static std::string Shown(const LoadedObject& object, const std::string& map) {
    return Output(fmt::format("bpftool -j map show id {}", object.Map(map).Id()));
  }

  bool UseOwnPins() {
    mounts_ = std::make_unique<OwnNamespace>(OwnNamespace::Kind::kMount);
    return mounts_->problem().empty() && mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr) == 0;
  }

 private:
  host::Host host_;
  std::unique_ptr<OwnNamespace> mounts_;
};

TEST_F(MapSettings, AreWhatTheKernelMakes) {
  LoadedObject* object = LoadWith(
      "  counts: {max_entries: 1234}\n  records: {max_entries: 8192}\n"
      "  nested: {max_entries: 3, inner_max_entries: 5}\n");
  ASSERT_NE(object, nullptr);
  EXPECT_NE(Shown(*object, "counts").find("\"max_entries\":1234,"), std::string::npos);
  EXPECT_NE(Shown(*object, "records").find("\"max_entries\":8192,"), std::string::npos);
  EXPECT_NE(Shown(*object, "nested").find("\"max_entries\":3,"), std::string::npos);
  EXPECT_NE(Shown(*object, "stacks").find("\"bytes_value\":1016,"), std::string::npos);
}

TEST_F(MapSettings, PinWhereTheyAreToldTo) {
  ASSERT_TRUE(UseOwnPins());
  LoadedObject* object = LoadWith(
      "  counts: {max_entries: 4, pin: eo_counts}\n  records: {max_entries: 4096}\n"
      "  nested: {inner_max_entries: 1}\n");
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(Output("bpftool -j map show pinned /sys/fs/bpf/eo_counts"), Shown(*object, "counts"));
  EXPECT_EQ(unlink("/sys/fs/bpf/eo_counts"), 0);
}

}  // namespace
}  // namespace bpf_exporter::kernel
