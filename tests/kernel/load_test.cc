// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <filesystem>

#include "kernel/hits.h"
#include "kernel/load/object.h"
#include "kernel/load/program_info.h"
#include "kernel/support.h"
#include "object/read_layout.h"
#include "support/paths.h"
#include "support/temporary_folder.h"

namespace bpf_exporter::kernel {
namespace {

using Loading = KernelTest;

std::string Release() {
  utsname name{};
  uname(&name);
  return name.release;
}

std::string LoadError(const plan::ConfigPlan& plan) {
  ::testing::internal::CaptureStderr();
  const Result<LoadedObject> loaded = LoadedObject::Load(plan, {});
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_FALSE(loaded.ok());
  return loaded.ok() ? "" : loaded.error().Message();
}

config::ProbeSpec Optional(config::ProbeSpec probe) {
  probe.optional = true;
  return probe;
}

TEST_F(Loading, SaysWhatTheVerifierSaid) {
  const std::string error = LoadError(PlanOf("rejected", {"hits"}));
  EXPECT_TRUE(
      error.starts_with("object 'rejected.bpf.o': program 'unchecked': load: "
                        "Permission denied; the verifier says: "))
      << error;
  EXPECT_TRUE(error.ends_with(" | R0 invalid mem access 'map_value_or_null'")) << error;
  EXPECT_EQ(error.find('\n'), std::string::npos);
  EXPECT_EQ(error.find("processed"), std::string::npos) << error;
}

TEST_F(Loading, SaysWhatTheVerifierSaidHoweverLongItsLogIs) {
  const std::string error = LoadError(PlanOf("rejected_late", {"hits"}));
  EXPECT_TRUE(
      error.starts_with("object 'rejected_late.bpf.o': program 'unchecked_late': load: "
                        "Permission denied; the verifier says: "))
      << error;
  EXPECT_TRUE(error.ends_with(" | R0 invalid mem access 'map_value_or_null'")) << error;
}

TEST_F(Loading, LeavesOutAnOptionalProgramThatTheVerifierRefuses) {
  LoadedObject* object = Load(
      PlanOf("rejected", {"hits"},
             {Optional(Probe("unchecked", config::ProbeKind::kRawTracepoint, {"sys_enter"}))}));
  ASSERT_NE(object, nullptr);
  ASSERT_EQ(object->programs().size(), 2u);
  const metrics::ProgramStatus& sound = object->programs()[0];
  const metrics::ProgramStatus& unchecked = object->programs()[1];
  EXPECT_EQ(sound.name, "sound");
  EXPECT_TRUE(sound.needed);
  EXPECT_NE(sound.id, 0u);
  EXPECT_EQ(sound.problem, "");
  EXPECT_FALSE(unchecked.needed);
  EXPECT_EQ(unchecked.id, 0u);
  EXPECT_EQ(unchecked.tag, "");
  EXPECT_TRUE(unchecked.problem.starts_with("load: Permission denied; the verifier says: "))
      << unchecked.problem;

  object->Attach();
  EXPECT_TRUE(object->programs()[0].attached);
  EXPECT_FALSE(object->programs()[1].attached);
  EXPECT_TRUE(object->programs()[1].problem.starts_with("load: ")) << "the cause stays";
}

TEST_F(Loading, NamesTheProgramWhoseTargetTheKernelLacks) {
  EXPECT_EQ(LoadError(PlanOf("no_such_target", {})),
            "object 'no_such_target.bpf.o': program 'unknown': load: No such process; failed to "
            "find kernel BTF type ID of 'no_such_tracepoint': -3; kernel " +
                Release() + " has no function or tracepoint of that name");
}

TEST_F(Loading, NamesTheTargetsOfAnEntryThatTheKernelLacks) {
  EXPECT_EQ(
      LoadError(PlanOf("probe_hooks", {},
                       {Probe("by_tp_btf", config::ProbeKind::kRawTracepoint, {"no_a", "no_b"})})),
      "object 'probe_hooks.bpf.o': program 'by_tp_btf': raw_tracepoint: kernel " + Release() +
          " has no no_a, no_b");
}

TEST_F(Loading, NamesTheCompilersFlagWhereTheKernelLacksAnInstruction) {
  const std::string kernel = Release();
  const plan::ConfigPlan plan = PlanOf("newer_instruction", {"hits"});
  if (strverscmp(kernel.c_str(), "6.6") >= 0) {
    EXPECT_NE(Load(plan), nullptr);
    return;
  }
  // What the verifier says before that is its own.
  const std::string error = LoadError(plan);
  const std::string remedy =
      "; perhaps it was compiled with -mcpu=v4, which needs Linux 6.6; clang -mcpu=v3 makes what "
      "kernel " +
      kernel + " runs";
  EXPECT_TRUE(error.starts_with("object 'newer_instruction.bpf.o': program 'newer': load: "))
      << error;
  EXPECT_TRUE(error.ends_with(remedy)) << error;
}

TEST_F(Loading, NamesAMapThatCannotBeMade) {
  // The cause differs between kernels.
  const std::string error = LoadError(PlanOf("too_large_map", {"vast"}));
  EXPECT_TRUE(error.starts_with("object 'too_large_map.bpf.o': map 'vast': create: ")) << error;
}

TEST_F(Loading, NamesTheKindOfMapThatTheKernelLacks) {
  const std::string kernel = Release();
  if (strverscmp(kernel.c_str(), "6.2") >= 0) GTEST_SKIP() << "Linux 6.2 has such maps";
  EXPECT_EQ(LoadError(PlanOf("kept_with_cgroups", {})),
            "object 'kept_with_cgroups.bpf.o': map 'kept': create: Invalid argument; kernel " +
                kernel + " has no maps of type cgrp_storage");
}

TEST_F(Loading, LoadsWhatWasPlannedWhateverTheFileIsByThen) {
  const std::string programs = BuildPath("tests/programs/");
  const TemporaryFolder folder;
  const std::string path = folder.path("upgraded.bpf.o");
  std::filesystem::copy_file(programs + "map_kinds.bpf.o", path);
  Result<object::ObjectLayout> layout = object::ReadObjectLayout(path);
  std::filesystem::copy_file(programs + "section_hooks.bpf.o", path,
                             std::filesystem::copy_options::overwrite_existing);
  ASSERT_TRUE(layout.ok()) << layout.error().Message();
  plan::ConfigPlan plan = PlanOf("map_kinds", {});
  plan.object = *std::move(layout);
  LoadedObject* object = Load(plan);
  ASSERT_NE(object, nullptr);
  std::vector<std::string> planned, loaded;
  for (const object::ProgramLayout& program : plan.object.programs) planned.push_back(program.name);
  for (const metrics::ProgramStatus& program : object->programs()) loaded.push_back(program.name);
  EXPECT_EQ(loaded, planned);
  for (const object::MapLayout& map : plan.object.maps) {
    EXPECT_GE(object->Map(map.name).fd(), 0) << map.name;
  }
}

TEST_F(Loading, NamesABtfFileThatIsNotThere) {
  const plan::ConfigPlan plan = PlanOf("section_hooks", {});
  const Result<LoadedObject> loaded = LoadedObject::Load(plan, {.btf_path = "/nonexistent/btf"});
  ASSERT_TRUE(loaded.ok()) << "nothing in this object needs BTF for relocation";
}

TEST_F(Loading, ListsProgramsThatNobodyAskedFor) {
  LoadedObject* object = Load(PlanOf("map_kinds", {}));
  ASSERT_NE(object, nullptr);
  ASSERT_EQ(object->programs().size(), 1u);
  EXPECT_EQ(object->programs()[0].id, 0u);
  EXPECT_EQ(object->programs()[0].problem, "");
  EXPECT_FALSE(object->programs()[0].needed);
}

TEST_F(Loading, KnowsIdAndTagOfItsPrograms) {
  LoadedObject* object = Load(PlanOf("section_hooks", {}));
  ASSERT_NE(object, nullptr);
  for (const metrics::ProgramStatus& program : object->programs()) {
    if (program.name == "by_nothing") {
      EXPECT_EQ(program.id, 0u) << "a program that would never run is not loaded";
      continue;
    }
    const std::string shown = Output("bpftool -j prog show id " + std::to_string(program.id));
    EXPECT_NE(shown.find("\"name\":\"" + program.name.substr(0, 15)), std::string::npos) << shown;
    EXPECT_NE(shown.find("\"tag\":\"" + program.tag + "\""), std::string::npos) << shown;
  }
}

TEST_F(Loading, TellsTheMemoryOfAMap) {
  LoadedObject* object = Load(PlanOf("map_kinds", {"array8", "hash20"}));
  ASSERT_NE(object, nullptr);
  EXPECT_GE(object->Map("array8").MemoryBytes(), 1000u * 8);
  EXPECT_GE(object->Map("hash20").MemoryBytes(), 5000u * 28);
  EXPECT_EQ(object->Map("no_such_map").MemoryBytes(), 0u);
  EXPECT_EQ(object->Map("no_such_map").fd(), -1);
}

TEST_F(Loading, CountsTheRunsOfItsPrograms) {
  LoadedObject* object = LoadAndAttach(
      PlanOf("probe_hooks", {},
             {Probe("by_raw_tracepoint", config::ProbeKind::kRawTracepoint, {"sys_enter"})}));
  ASSERT_NE(object, nullptr);
  const auto runs = [&] {
    for (const metrics::ProgramStatus& program : object->programs()) {
      if (program.name != "by_raw_tracepoint") continue;
      return ReadProgramRuns(object->ProgramDescriptors()).at(program.id);
    }
    return ProgramRun{};
  };
  const ProgramRun before = runs();
  {
    const Result<Fd> stats = EnableStats();
    ASSERT_TRUE(stats.ok()) << stats.error().Message();
    CallGetppid(1000);
  }
  const ProgramRun after = runs();
  EXPECT_GE(after.run_count - before.run_count, 1000u);
  EXPECT_GT(after.run_time_ns, before.run_time_ns);
  EXPECT_EQ(object->ProgramDescriptors().size(), 1u) << "the others are not loaded";
}

}  // namespace
}  // namespace bpf_exporter::kernel
