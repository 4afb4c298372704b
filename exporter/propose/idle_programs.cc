// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/idle_programs.h"

#include <fmt/core.h>

#include <optional>
#include <string_view>

#include "object/sections.h"
#include "plan/example_place.h"
#include "propose/names.h"
#include "propose/user_functions.h"

namespace bpf_exporter::propose {
namespace {

bool IsOfUserProgram(const object::SectionInfo& section) {
  return section.words == "uprobe" || section.words == "uretprobe";
}

// Returns "uprobe: {binary: PATH, symbol: FUNCTION}" with what is known.
std::string UserPlace(const object::SectionInfo& section, const UserFunction& known) {
  return fmt::format("{}: {{binary: {}, symbol: {}}}", section.words,
                     known.binary.empty() ? "PATH" : Scalar(known.binary), Scalar(known.function));
}

// Returns why the program stays out, and what would attach it.
std::string WhyOut(const object::ProgramLayout& program, const object::SectionInfo* section,
                   const std::string& stem) {
  if (section == nullptr) return "libbpf knows no such section";
  if (section->use == object::SectionUse::kNotByUs) return std::string(section->words);
  if (IsOfUserProgram(*section)) {
    if (const auto known = FunctionOfName(program, stem)) {
      return fmt::format("instead of 'disabled: true', by its name: {}",
                         UserPlace(*section, *known));
    }
  }
  const std::string place = plan::ExamplePlace(section->name);
  if (place.empty()) return "only a section can say where it attaches";
  return fmt::format("instead of 'disabled: true': {}", place);
}

}  // namespace

std::string EntryOfIdle(const object::ProgramLayout& program, const std::string& stem) {
  const object::SectionInfo* section = object::FindSection(program.section);
  const std::string name = Scalar(program.name);
  if (section != nullptr && section->words == "perf_event") {
    return fmt::format(
        "{{program: {}, perf_event: {{event: cpu-clock, frequency: 49}}, optional: true}}  # "
        "SEC(\"{}\"): "
        "which event is a guess",
        name, program.section);
  }
  return fmt::format("{{program: {}, disabled: true}}  # SEC(\"{}\"): {}", name, program.section,
                     WhyOut(program, section, stem));
}

std::string EntryWithoutFile(const object::ProgramLayout& program, const std::string& stem) {
  const object::SectionInfo* section = object::FindSection(program.section);
  const std::optional<UserFunction> known = FunctionOfSection(program, stem);
  if (section == nullptr || !known) return "";
  const std::string name = Scalar(program.name);
  const std::string place = UserPlace(*section, *known);
  if (known->binary.empty()) {
    return fmt::format(
        "{{program: {}, disabled: true}}  # SEC(\"{}\"): no usual file has that function here; "
        "instead of 'disabled: true': {}",
        name, program.section, place);
  }
  return fmt::format("{{program: {}, {}, optional: true}}  # SEC(\"{}\"): the file is a guess",
                     name, place, program.section);
}

}  // namespace bpf_exporter::propose
