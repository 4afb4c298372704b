// SPDX-License-Identifier: Apache-2.0
#include <sys/mount.h>

#include <cerrno>
#include <cstring>

#include "host/host.h"
#include "kernel/hits.h"
#include "kernel/namespaces.h"
#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

class EitherOf : public KernelTest {
 protected:
  plan::ConfigPlan Plan(const std::string& probes, const std::string& object = "either_of") {
    const std::string yaml = "probes:\n" + probes + R"(
metrics: {counters: [{name: hits, help: Hits, labels: [{name: slot, decoders: [{name: uint}]}]}]}
)";
    return PlanOfYaml(object, yaml, host_);
  }

  // Loads and attaches, as often as alternatives are left.
  LoadedObject* LoadFirst(const plan::ConfigPlan& plan) {
    LoadedObject* object = nullptr;
    for (std::optional<Alternatives> next(plan); next;) {
      DestroyObjects();
      object = Load(plan, *std::move(next));
      if (object == nullptr) return nullptr;
      object->Attach();
      next = object->NextAlternatives();
    }
    return object;
  }

  // "used/of" of each group.
  static std::string Used(const LoadedObject& object) {
    std::string text;
    for (const metrics::EitherOfStatus& group : object.EitherOf()) {
      text += group.used < group.alternatives.size() ? group.alternatives[group.used] : "none";
      text += ' ';
    }
    return text;
  }

  static metrics::ProgramStatus StatusOf(const LoadedObject& object, const std::string& name) {
    for (const metrics::ProgramStatus& program : object.programs()) {
      if (program.name == name) return program;
    }
    return {};
  }

 private:
  host::Host host_;
};

TEST_F(EitherOf, TakesTheFirstThatLoads) {
  LoadedObject* object =
      LoadFirst(Plan("  - any: [by_no_fentry, by_raw]\n  - any: [by_refused, by_sound]\n"));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(Used(*object), "by_raw by_sound ");
  WantThisProcess(*object);
  CallGetppid(7);
  EXPECT_EQ(Hits(*object, 3), 7u);
  EXPECT_EQ(Hits(*object, 5), 7u);
  EXPECT_EQ(Hits(*object, 0) + Hits(*object, 4), 0u);
  for (const char* name : {"by_no_fentry", "by_refused"}) {
    const metrics::ProgramStatus status = StatusOf(*object, name);
    EXPECT_FALSE(status.needed) << name;
    EXPECT_EQ(status.id, 0u) << name;
    EXPECT_TRUE(status.problem.starts_with("load: ")) << status.problem;
    EXPECT_TRUE(status.problem.ends_with(" takes its place")) << status.problem;
  }
}

TEST_F(EitherOf, LeavesTheOthersOut) {
  LoadedObject* object = LoadFirst(Plan("  - any: [by_sound, by_raw]\n"));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(Used(*object), "by_sound ");
  EXPECT_TRUE(StatusOf(*object, "by_sound").needed);
  EXPECT_EQ(ProblemOf(*object, "by_raw"), "'by_sound' takes its place");
  EXPECT_EQ(StatusOf(*object, "by_raw").id, 0u);
  WantThisProcess(*object);
  CallGetppid(5);
  EXPECT_EQ(Hits(*object, 5), 5u);
  EXPECT_EQ(Hits(*object, 3), 0u);
}

TEST_F(EitherOf, TakesTheNextIfOneCannotBeAttached) {
  LoadedObject* object = LoadFirst(Plan("  - any: [[by_other, by_kprobe], by_raw]\n"));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(Used(*object), "by_raw ");
  EXPECT_TRUE(ProblemOf(*object, "by_kprobe").starts_with("section 'kprobe/no_such_function': "))
      << ProblemOf(*object, "by_kprobe");
  EXPECT_EQ(ProblemOf(*object, "by_other"), "left out with 'by_kprobe'; 'by_raw' takes its place");
  WantThisProcess(*object);
  CallGetppid(3);
  EXPECT_EQ(Hits(*object, 3), 3u);
}

TEST_F(EitherOf, MissesTheLastIfNoneCanBeAttached) {
  LoadedObject* object = LoadFirst(Plan("  - any: [by_no_fentry, by_kprobe]\n"));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(Used(*object), "by_kprobe ");
  EXPECT_TRUE(StatusOf(*object, "by_kprobe").Missed());
  EXPECT_FALSE(StatusOf(*object, "by_no_fentry").Missed());
}

TEST_F(EitherOf, SaysWhyNoneLoads) {
  const Result<LoadedObject> loaded =
      LoadedObject::Load(Plan("  - any: [by_no_fentry, by_refused]\n"), {});
  ASSERT_FALSE(loaded.ok());
  const std::string error = loaded.error().Message();
  EXPECT_TRUE(
      error.starts_with("object 'either_of.bpf.o': no alternative works: program "
                        "'by_no_fentry': load: "))
      << error;
  EXPECT_NE(error.find("; and program 'by_refused': load: Permission denied; the verifier says: "),
            std::string::npos)
      << error;
}

// libbpf finds the kernel's BTF in a file.
TEST_F(EitherOf, TakesWhatNeedsNoBtfWhereThereIsNone) {
  const OwnNamespace mounts(OwnNamespace::Kind::kMount);
  ASSERT_EQ(mounts.problem(), "");
  ASSERT_EQ(mount("none", "/sys/kernel/btf", "tmpfs", 0, nullptr), 0) << strerror(errno);
  LoadedObject* object = LoadFirst(Plan("  - any: [by_tp_btf, by_raw_tp]\n", "section_hooks"));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(Used(*object), "by_raw_tp ");
  EXPECT_NE(ProblemOf(*object, "by_tp_btf").find("this kernel has no BTF"), std::string::npos)
      << ProblemOf(*object, "by_tp_btf");
  DestroyObjects();
}

TEST_F(EitherOf, MayBeNone) {
  LoadedObject* object = LoadFirst(
      Plan("  - {any: [by_no_fentry, by_refused], optional: true}\n  - any: [by_sound, by_raw]\n"));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(Used(*object), "none by_sound ");
  EXPECT_FALSE(StatusOf(*object, "by_refused").Missed());
  EXPECT_TRUE(ProblemOf(*object, "by_refused").starts_with("load: Permission denied; "));
}

TEST_F(EitherOf, KeepsOutWhatIsDisabled) {
  LoadedObject* object =
      LoadFirst(Plan("  - any: [by_sound, by_raw]\n  - {program: by_sound, disabled: true}\n"));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(Used(*object), "by_raw ");
  EXPECT_EQ(ProblemOf(*object, "by_sound"), "disabled in the configuration");
  EXPECT_FALSE(StatusOf(*object, "by_sound").needed);
}

}  // namespace
}  // namespace bpf_exporter::kernel
