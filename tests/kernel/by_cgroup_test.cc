// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "config/parse.h"
#include "host/host.h"
#include "kernel/support.h"
#include "object/read_layout.h"
#include "plan/resolve.h"
#include "support/paths.h"

// The shipped configurations that can count by cgroup, with the switch on and off: every kernel
// takes the programs, and of two maps only the one that is read is there.
namespace bpf_exporter::kernel {
namespace {

constexpr std::string_view kOff = "by_cgroup: false";

std::string TextOf(const std::string& name) {
  std::ifstream file(SourcePath("config/" + name + ".yaml"));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> WithSwitch() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(SourcePath("config"))) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".yaml") continue;
    if (TextOf(name).find(kOff) != std::string::npos) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

class ByCgroup : public KernelTest, public ::testing::WithParamInterface<std::string> {
 protected:
  void LoadsWith(const std::string& by_cgroup) {
    std::string yaml = TextOf(GetParam());
    yaml.replace(yaml.find(kOff), kOff.size(), "by_cgroup: " + by_cgroup);
    config::Diagnostics diagnostics(GetParam() + ".yaml", yaml);
    const auto config = config::ParseConfig(GetParam(), GetParam(), yaml, diagnostics);
    ASSERT_TRUE(config) << diagnostics.Render();
    Result<object::ObjectLayout> layout =
        object::ReadObjectLayout(BuildPath("programs/" + GetParam() + ".bpf.o"));
    ASSERT_TRUE(layout.ok()) << layout.error().Message();
    const auto plan = plan::Resolve(*config, *std::move(layout), {}, host_, diagnostics);
    ASSERT_TRUE(plan) << diagnostics.Render();
    LoadedObject* object = Load(*plan);
    ASSERT_NE(object, nullptr);
    object->Attach();
    for (const metrics::ProgramStatus& program : object->programs()) {
      EXPECT_TRUE(program.attached || !program.needed) << program.name << ": " << program.problem;
    }
    for (const plan::MapPlan& map : plan->maps) {
      EXPECT_GE(object->Map(map.layout.name).fd(), 0) << map.layout.name;
    }
    for (const std::string& idle : plan->idle_maps) EXPECT_EQ(object->Map(idle).fd(), -1) << idle;
    // Before the host, which the plan's decoders refer to.
    DestroyObjects();
  }

 private:
  host::Host host_;
};

TEST_P(ByCgroup, Loads) { LoadsWith("true"); }

TEST_P(ByCgroup, LoadsWithoutTheSwitch) { LoadsWith("false"); }

INSTANTIATE_TEST_SUITE_P(Shipped, ByCgroup, ::testing::ValuesIn(WithSwitch()),
                         [](const auto& instance) { return instance.param; });

TEST(ByCgroupConfigurations, AreThere) {
  const std::vector<std::string> names = WithSwitch();
  EXPECT_GE(names.size(), 2u);
}

}  // namespace
}  // namespace bpf_exporter::kernel
