// SPDX-License-Identifier: Apache-2.0
// Tests: follow_modules_test.cc
#include "kernel/attach/module_place.h"

#include <optional>

#include "plan/probe_kinds.h"

namespace bpf_exporter::kernel {
namespace {

using Kind = config::ProbeKind;

std::optional<Kind> KindOf(const plan::Place& place, std::string_view section) {
  return place.kind ? place.kind : plan::KindOfSection(section);
}

bool IsKprobe(std::optional<Kind> kind) {
  return kind == Kind::kKprobe || kind == Kind::kKretprobe;
}

}  // namespace

bool MayComeWithModule(const plan::Place& place, std::string_view section) {
  const std::optional<Kind> kind = KindOf(place, section);
  return IsKprobe(kind) || kind == Kind::kTracepoint || kind == Kind::kRawTracepoint;
}

std::vector<std::string> ProbedFunctions(const plan::Place& place, std::string_view section) {
  if (!IsKprobe(KindOf(place, section)) || plan::HasFunctionPattern(place)) return {};
  std::vector<std::string> functions = place.targets;
  if (!place.kind && section.find('/') != std::string_view::npos) {
    functions.emplace_back(section.substr(section.find('/') + 1));
  }
  for (std::string& function : functions) function = function.substr(0, function.find('+'));
  return functions;
}

bool IsKernelPattern(const plan::Place& place) {
  return plan::HasFunctionPattern(place) && !plan::IsInBinary(place);
}

}  // namespace bpf_exporter::kernel
