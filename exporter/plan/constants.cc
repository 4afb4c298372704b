// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_constants_test.cc, unresolvable_test.cc
#include "plan/constants.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "plan/constant_bytes.h"

namespace bpf_exporter::plan {
namespace {

// Returns the object's constant of that name; else null, with the error reported.
const object::GlobalLayout* FindConstant(const Scope& scope, const config::Text& name) {
  std::vector<std::string> known;
  for (const object::GlobalLayout& global : scope.object.globals) {
    if (global.name == name.value) {
      if (global.IsConstant() && global.type != nullptr) return &global;
      scope.diagnostics.Error(
          name.at, fmt::format("variable {} of {} is no constant that can be set: it is not "
                               "declared const volatile",
                               Quoted(name.value), ObjectSubject(scope.object)));
      return nullptr;
    }
    if (global.IsConstant()) known.push_back(global.name);
  }
  scope.diagnostics.Error(
      name.at, fmt::format("{} has no constant {}{}", ObjectSubject(scope.object),
                           Quoted(name.value), Suggest(name.value, known, "its constants")));
  return nullptr;
}

// Returns the values as the landing page shows them: "10", "[1, 2]".
std::string Shown(const config::ConstantSpec& spec) {
  std::string text;
  for (const config::ConstantValue& value : spec.values) {
    if (!text.empty()) text += ", ";
    text += value.text.value;
  }
  return spec.list ? "[" + text + "]" : text;
}

bool IsNumber(const object::Type& type) {
  using Kind = object::Type::Kind;
  return type.kind == Kind::kBool || type.kind == Kind::kInt || type.kind == Kind::kEnum;
}

}  // namespace

std::vector<ConstantPlan> PlanConstants(const Scope& scope) {
  std::vector<ConstantPlan> plans;
  for (const config::ConstantSpec& spec : scope.config.constants) {
    const object::GlobalLayout* global = FindConstant(scope, spec.name);
    if (global == nullptr) continue;
    ConstantPlan plan{spec.name.value, Shown(spec), global->section, global->offset, {}};
    if (const auto misfit = MakeConstantBytes(*global->type, spec, plan.bytes)) {
      scope.diagnostics.Error(misfit->at,
                              fmt::format("constant '{}': {}", plan.name, misfit->problem));
      continue;
    }
    plans.push_back(std::move(plan));
  }
  return plans;
}

bool Holds(const Scope& scope, const std::optional<config::ConditionSpec>& condition) {
  if (!condition) return true;
  const object::GlobalLayout* global = FindConstant(scope, condition->constant);
  if (global == nullptr) return true;
  if (!IsNumber(*global->type)) {
    scope.diagnostics.Error(condition->constant.at,
                            fmt::format("constant '{}' is {}; a condition takes true and false, or "
                                        "a number",
                                        global->name, global->type->name));
    return true;
  }
  const auto set = std::find_if(scope.constants.begin(), scope.constants.end(),
                                [&](const ConstantPlan& one) { return one.name == global->name; });
  const std::string& bytes = set == scope.constants.end() ? global->initial : set->bytes;
  const bool is_true = std::any_of(bytes.begin(), bytes.end(), [](char byte) { return byte != 0; });
  return is_true != condition->unless;
}

}  // namespace bpf_exporter::plan
