// SPDX-License-Identifier: Apache-2.0
#include <sys/utsname.h>
#include <unistd.h>

#include <string>

#include "host/host.h"
#include "kernel/hits.h"
#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

class Externs : public KernelTest {
 protected:
  plan::ConfigPlan Plan(const std::string& object, const std::string& probes) {
    const std::string yaml = probes + R"(
metrics: {counters: [{name: hits, help: Hits, labels: [{name: slot, decoders: [{name: uint}]}]}]}
)";
    return PlanOfYaml(object, yaml, host_);
  }

 private:
  host::Host host_;
};

TEST_F(Externs, OfThisKernelAreThereAndWeakOnesAreZero) {
  LoadedObject* object = LoadAndAttach(Plan("externs", ""));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallGetppid(9);
  EXPECT_EQ(Hits(*object, 0), 9u) << "LINUX_KERNEL_VERSION";
  EXPECT_EQ(Hits(*object, 1), 9u) << "a weak one that is missing";
}

TEST_F(Externs, ThatAreMissingTakeOutTheOptionalProgram) {
  LoadedObject* object = LoadAndAttach(
      Plan("externs", "probes: [{program: by_strong, raw_tracepoint: sys_enter, optional: true}]"));
  ASSERT_NE(object, nullptr);
  const std::string problem = ProblemOf(*object, "by_strong");
  EXPECT_TRUE(problem.starts_with("load: No such process; extern 'bpf_exporter_")) << problem;
  WantThisProcess(*object);
  CallGetppid(4);
  EXPECT_EQ(Hits(*object, 0), 4u);
}

TEST_F(Externs, ThatAreMissingTakeOutOneOfSeveral) {
  LoadedObject* object =
      LoadAndAttach(Plan("externs", "probes: [{any: [by_strong, by_function, by_weak]}]"));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->EitherOf().at(0).used, 2u);
}

TEST_F(Externs, ThatAreMissingAreNamedWithTheirProgram) {
  const Result<LoadedObject> loaded = LoadedObject::Load(
      Plan("externs", "probes: [{program: by_function, raw_tracepoint: sys_enter}]"), {});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().Message(),
            "object 'externs.bpf.o': program 'by_function': load: No such process; extern "
            "'bpf_exporter_unused' (strong): not resolved");
}

TEST_F(Externs, AreTheConfigurationOfTheKernel) {
  utsname name{};
  uname(&name);
  if (access("/proc/config.gz", R_OK) != 0 &&
      access((std::string("/boot/config-") + name.release).c_str(), R_OK) != 0) {
    const std::string why = "this machine does not tell how its kernel was configured";
    if (EveryKindIsRequired()) GTEST_SKIP() << why;  // the guests' images are of the kernel alone
    SKIP_OR_FAIL(why);
  }
  LoadedObject* object = LoadAndAttach(Plan("kconfig", ""));
  ASSERT_NE(object, nullptr);
  WantThisProcess(*object);
  CallGetppid(2);
  const std::string rows =
      Output("bpftool -j map dump id " + std::to_string(object->Map("seen").Id()));
  EXPECT_NE(rows.find("\"key\":1,\"value\":2"), std::string::npos) << rows;
  EXPECT_NE(rows.find("\"key\":2,\"value\":0"), std::string::npos) << rows;
  EXPECT_EQ(rows.find("\"key\":0,\"value\":0"), std::string::npos) << rows;
}

}  // namespace
}  // namespace bpf_exporter::kernel
