// SPDX-License-Identifier: Apache-2.0
#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "host/host.h"
#include "kernel/hits.h"
#include "kernel/namespaces.h"
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

// A /proc with nothing but processes: the kernel's configuration cannot be read there.
class WithoutKernelConfig : public Externs {
 protected:
  void SetUp() override {
    Externs::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const std::string in_boot = "/boot/config-" + Release();
    if (access(in_boot.c_str(), R_OK) == 0) GTEST_SKIP() << in_boot << " is there";
    ASSERT_EQ(mounts_.problem(), "");
    if (mount(nullptr, "/proc", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("proc", "/proc", "proc", 0, "subset=pid") != 0) {
      SKIP_OR_FAIL("this /proc cannot be covered by another");
    }
  }

  static std::string Release() {
    utsname name{};
    uname(&name);
    return name.release;
  }

  static std::string Missing() { return "load: Invalid argument; " + Why(); }

  static std::string Why() {
    return "failed to open system Kconfig; its __kconfig externs need the "
           "kernel's configuration: /proc/config.gz (CONFIG_IKCONFIG_PROC) or /boot/config-" +
           Release() + "; a container needs the host's /boot mounted";
  }

 private:
  OwnNamespace mounts_{OwnNamespace::Kind::kMount};
};

TEST_F(WithoutKernelConfig, AProgramThatNeedsItIsNamed) {
  const Result<LoadedObject> loaded = LoadedObject::Load(Plan("kconfig", ""), {});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().Message(), "object 'kconfig.bpf.o': program 'by_raw': " + Missing());
}

TEST_F(WithoutKernelConfig, WeakOptionsAreZeroAndThatIsSaid) {
  LoadedObject* object = LoadAndAttach(Plan("kconfig", R"(probes:
  - {program: by_raw, raw_tracepoint: sys_enter, optional: true}
  - {program: by_weak, raw_tracepoint: sys_enter}
)"));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(ProblemOf(*object, "by_raw"), Missing());
  EXPECT_EQ(object->warnings(),
            std::vector<std::string>{
                "object 'kconfig.bpf.o': 'CONFIG_BPF_EXPORTER_NO', 'CONFIG_BPF_EXPORTER_NONE', "
                "'CONFIG_BPF_EXPORTER_TEXT' taken for 0: " +
                Why()});
  WantThisProcess(*object);
  CallGetppid(2);
  const std::string rows =
      Output("bpftool -j map dump id " + std::to_string(object->Map("seen").Id()));
  EXPECT_NE(rows.find("\"key\":0,\"value\":0"), std::string::npos) << rows;
  EXPECT_NE(rows.find("\"key\":1,\"value\":0"), std::string::npos) << rows;
  EXPECT_NE(rows.find("\"key\":2,\"value\":2"), std::string::npos) << rows;
}

}  // namespace
}  // namespace bpf_exporter::kernel
