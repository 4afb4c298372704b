// SPDX-License-Identifier: Apache-2.0
#include "plan/attach_points.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "object/sections.h"
#include "plan/either_of.h"
#include "plan/example_place.h"
#include "plan/functions_section.h"
#include "plan/perf_event_section.h"

namespace bpf_exporter::plan {
namespace {

bool HasEntry(const object::ProgramLayout& program, const config::Config& config) {
  return std::any_of(
      config.probes.begin(), config.probes.end(),
      [&](const config::ProbeSpec& probe) { return probe.program.value == program.name; });
}

}  // namespace

std::string WhyNeverRuns(std::string_view section) {
  const object::SectionInfo* info = object::FindSection(section);
  if (info != nullptr && info->use == object::SectionUse::kNotByUs) {
    return fmt::format("{}, and bpf_exporter has no way to do that{}{}", info->words,
                       info->instead.empty() ? "" : "; ", info->instead);
  }
  if (std::string wrong = WrongFunctions(section); !wrong.empty()) return wrong;
  if (const std::string_view why = WhyNoPattern(section); !why.empty()) return std::string(why);
  for (const std::string_view word : {"tracepoint/", "tp/"}) {
    if (section.starts_with(word) && section.find('/', word.size()) == std::string_view::npos) {
      return fmt::format("the section reads {}CATEGORY/NAME", word);
    }
  }
  const auto event = ParsePerfEventSection(section);
  if (!event) return {};
  if (!event->ok()) return fmt::format("{}; {}", event->error().cause, event->error().remedy);
  return event->value().frequency == 0 ? std::string(kNeedsFrequency) : std::string();
}

bool SectionAttaches(const object::ProgramLayout& program) {
  const std::string_view section = program.section;
  if (program.type == BPF_PROG_TYPE_UNSPEC) {
    return section.starts_with("perf_event/") || section.starts_with("xdp/") ||
           PlaceOfFunctions(section).has_value();
  }
  const object::SectionInfo* info = object::FindSection(section);
  if (info == nullptr) return section.find('/') != std::string_view::npos;  // of libbpf to come
  if (section.size() == info->name.size() || !WhyNoPattern(section).empty()) return false;
  return info->use == object::SectionUse::kTarget || info->use == object::SectionUse::kNoEntry;
}

std::string WhyIdle(const object::ProgramLayout& program) {
  if (SectionAttaches(program) || program.tail_called) return {};
  if (std::string why = WhyNeverRuns(program.section); !why.empty()) return why;
  std::string why = "its section does not say where to attach it";
  const std::string example = ExamplePlace(program.section);
  if (example.empty()) return why + ", and no entry under probes: can";
  return fmt::format("{}, and it has no entry under probes: such as {{program: {}, {}}}", why,
                     program.name, example);
}

bool IsOfNewerLibbpf(std::string_view section) {
  const object::SectionInfo* info = object::FindSection(section);
  return info != nullptr && info->since > 0;
}

void CheckAttachPoints(const Scope& scope) {
  for (const object::ProgramLayout& program : scope.object.programs) {
    const bool wanted = program.autoload || FindEitherOf(scope.config, program.name) != nullptr;
    if (!wanted || HasEntry(program, scope.config)) continue;
    const std::string subject =
        fmt::format("{}: program {} (section {})", ObjectSubject(scope.object),
                    Quoted(program.name), Quoted(program.section));
    if (SectionAttaches(program)) {
      const std::string why = WhyNeverRuns(program.section);
      if (why.empty()) continue;
      scope.diagnostics.Warning(scope.config.object.at,
                                fmt::format("{} will not run: {}", subject, why));
      continue;
    }
    if (program.type == BPF_PROG_TYPE_UNSPEC && !IsOfNewerLibbpf(program.section)) {
      scope.diagnostics.Error(
          scope.config.object.at,
          fmt::format("{} is of no type that libbpf knows; an entry under probes: can give it one",
                      subject));
    } else if (const std::string why = WhyIdle(program); !why.empty()) {
      scope.diagnostics.Warning(scope.config.object.at,
                                fmt::format("{} will not run: {}", subject, why));
    }
  }
}

}  // namespace bpf_exporter::plan
