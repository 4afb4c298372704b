// SPDX-License-Identifier: Apache-2.0
#include "plan/either_of.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

// The groups, and the programs that may be loaded, or the messages.
std::string Shown(const Resolved& resolved) {
  if (!resolved.plan) return resolved.messages;
  std::string text;
  for (const EitherOf& group : resolved.plan->either_of) {
    text += "any";
    for (const auto& names : group.alternatives) text += fmt::format(" {}", fmt::join(names, "+"));
    text += group.optional ? " optional\n" : "\n";
  }
  for (const ProgramPlan& program : resolved.plan->programs) {
    if (program.wanted) {
      text += program.name;
      for (const Place& place : program.places) text += ", " + PlaceName(place);
      text += "\n";
    }
    if (program.disabled) text += program.name + " disabled\n";
  }
  return text + resolved.messages;
}

TEST(EitherOfGroups, HaveTheirAlternativesAndPlaces) {
  EXPECT_EQ(Shown(ResolveProbes("either_of", R"(
  - any: [[by_no_fentry, by_other], by_kprobe, [by_raw]]
  - {any: [by_refused, by_sound], optional: true}
  - {program: by_kprobe, kprobe: {all: [f, g]}}
)")),
            "any by_no_fentry+by_other by_kprobe by_raw\n"
            "any by_refused by_sound optional\n"
            "by_no_fentry, section\n"
            "by_other, section\n"
            "by_kprobe, kprobe f, kprobe g\n"
            "by_raw, section\n"
            "by_refused, section\n"
            "by_sound, section\n");
}

TEST(EitherOfGroups, LoseTheAlternativesThatAreDisabled) {
  EXPECT_EQ(Shown(ResolveProbes("either_of", R"(
  - any: [[by_no_fentry, by_other], by_raw]
  - any: [by_refused, by_sound]
  - {program: by_other, disabled: true}
  - {program: by_refused, disabled: true}
  - {program: by_sound, disabled: true, raw_tracepoint: sys_exit}
)")),
            "any by_raw\n"
            "by_no_fentry, section\n"
            "by_other disabled\n"
            "by_raw, section\n"
            "by_refused disabled\n"
            "by_sound disabled\n");
}

TEST(EitherOfGroups, NameProgramsThatAreThereOnce) {
  EXPECT_EQ(
      Shown(ResolveProbes("either_of", R"(
  - any: [by_no_fentri, by_raw]
  - any: [by_raw, by_sound]
  - {program: by_sound, disabled: true}
  - {program: by_sound, raw_tracepoint: sys_exit}
  - {program: by_nobody, disabled: true}
)")),
      "test.yaml:3:11: error: object 'either_of.bpf.o' has no program 'by_no_fentri'; did you "
      "mean 'by_no_fentry'?\n"
      "    - any: [by_no_fentri, by_raw]\n"
      "            ^\n"
      "test.yaml:4:11: error: program 'by_raw' is one of line 3 already\n"
      "    - any: [by_raw, by_sound]\n"
      "            ^\n"
      "test.yaml:5:15: error: program 'by_sound' is disabled here and not in line 6\n"
      "    - {program: by_sound, disabled: true}\n"
      "                ^\n"
      "test.yaml:7:15: error: object 'either_of.bpf.o' has no program 'by_nobody'; its "
      "programs: by_no_fentry, by_other, by_kprobe, by_raw, by_refused, by_sound\n"
      "    - {program: by_nobody, disabled: true}\n"
      "                ^\n");
}

}  // namespace
}  // namespace bpf_exporter::plan
