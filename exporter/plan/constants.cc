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

// A part of a constant: all of it, or a member of a struct.
struct Part {
  const object::Type* type = nullptr;
  std::string section;
  std::uint32_t offset = 0;  // in the section
};

// Returns the part that `name` stands for: "min_us", "filter.pid". Nothing, with the error
// reported, if there is none that can be set.
std::optional<Part> FindPart(const Scope& scope, const config::Text& name) {
  const std::size_t dot = name.value.find('.');
  const object::GlobalLayout* global = FindConstant(scope, {name.value.substr(0, dot), name.at});
  if (global == nullptr) return std::nullopt;
  if (dot == std::string::npos) return Part{global->type.get(), global->section, global->offset};
  const auto fail = [&](const std::string& problem) {
    scope.diagnostics.Error(name.at, fmt::format("constant '{}': {}", global->name, problem));
    return std::nullopt;
  };
  if (global->type->kind != object::Type::Kind::kStruct) {
    return fail(fmt::format("it is {}, which has no members", global->type->name));
  }
  const std::string path = name.value.substr(dot + 1);
  const std::optional<object::FieldLayout> field = object::FindField(*global->type, path);
  if (!field) {
    return fail(fmt::format("{} has no member {}{}", global->type->name, Quoted(path),
                            Suggest(path, object::FieldPaths(*global->type), "its members")));
  }
  if (field->bitfield) return fail(fmt::format("{} is a bitfield, which cannot be set", path));
  return Part{field->type.get(), global->section, global->offset + field->offset};
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
    const std::optional<Part> part = FindPart(scope, spec.name);
    if (!part) continue;
    ConstantPlan plan{spec.name.value, Shown(spec), part->section, part->offset, {}};
    if (const auto misfit = MakeConstantBytes(*part->type, spec, plan.bytes)) {
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
