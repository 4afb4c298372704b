// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_constants_test.cc, unresolvable_test.cc
#include "plan/constants.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "plan/constant_bytes.h"
#include "plan/variables.h"

namespace bpf_exporter::plan {
namespace {

// Returns the constant whose name `path` is or begins with, a dot behind it; else null, with the
// error reported. Of several the longest: constants of functions have names with a dot,
// "on_exit.limit".
const object::GlobalLayout* FindConstant(const Scope& scope, const config::Text& path) {
  const object::GlobalLayout* found = nullptr;
  bool several = false;
  std::vector<std::string> known;
  for (const object::GlobalLayout& global : scope.object.globals) {
    if (global.IsConstant()) known.push_back(global.name);
    if (!path.value.starts_with(global.name)) continue;
    const std::string_view rest = std::string_view(path.value).substr(global.name.size());
    if (!rest.empty() && rest.front() != '.') continue;
    if (found != nullptr && global.name == found->name) {
      several = several || (global.IsConstant() && found->IsConstant());
      if (global.IsConstant()) found = &global;
    } else if (found == nullptr || global.name.size() > found->name.size()) {
      found = &global;
      several = false;
    }
  }
  if (several) {
    scope.diagnostics.Error(
        path.at, fmt::format("{} has several constants '{}', static ones of several sources; give "
                             "each a name of its own",
                             ObjectSubject(scope.object), found->name));
    return nullptr;
  }
  if (found != nullptr && found->IsConstant() && found->type != nullptr) return found;
  if (found != nullptr || !WhereVariableIs(scope.object, path.value).empty()) {
    scope.diagnostics.Error(
        path.at, fmt::format("variable {} of {} is no constant that can be set: it is not "
                             "declared const volatile",
                             Quoted(found != nullptr ? found->name : path.value),
                             ObjectSubject(scope.object)));
  } else {
    std::string name = path.value, remedy = DidYouMean(path.value, known);
    if (remedy.empty()) {
      name = path.value.substr(0, path.value.find('.'));
      remedy = Suggest(name, known, "its constants");
    }
    scope.diagnostics.Error(
        path.at,
        fmt::format("{} has no constant {}{}", ObjectSubject(scope.object), Quoted(name), remedy));
  }
  return nullptr;
}

// A part of a constant: all of it, or a member of a struct.
struct Part {
  const object::Type* type = nullptr;
  std::string section;
  std::uint32_t offset = 0;  // in the section
  std::string initial;       // its bytes in the file; empty where they cannot be told
};

// Returns the part that `name` stands for: "min_us", "filter.pid". Nothing, with the error
// reported, if there is none that can be set.
std::optional<Part> FindPart(const Scope& scope, const config::Text& name) {
  const object::GlobalLayout* global = FindConstant(scope, name);
  if (global == nullptr) return std::nullopt;
  if (name.value == global->name) {
    return Part{global->type.get(), global->section, global->offset, global->initial};
  }
  const auto fail = [&](const std::string& problem) {
    scope.diagnostics.Error(name.at, fmt::format("constant '{}': {}", global->name, problem));
    return std::nullopt;
  };
  if (global->type->kind != object::Type::Kind::kStruct) {
    return fail(fmt::format("it is {}, which has no members", global->type->name));
  }
  const std::string path = name.value.substr(global->name.size() + 1);
  const std::optional<object::FieldLayout> field = object::FindField(*global->type, path);
  if (!field) {
    return fail(fmt::format("{} has no member {}{}", global->type->name, Quoted(path),
                            Suggest(path, object::FieldPaths(*global->type), "its members")));
  }
  if (field->bitfield) return fail(fmt::format("'{}' is a bitfield, which cannot be set", path));
  Part part{field->type.get(), global->section, global->offset + field->offset, {}};
  if (global->initial.size() >= field->offset) {
    part.initial = global->initial.substr(field->offset, field->type->size);
  }
  return part;
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
  const std::string& name = condition->constant.value;
  const std::optional<Part> part = FindPart(scope, condition->constant);
  if (!part) return true;
  if (!IsNumber(*part->type)) {
    scope.diagnostics.Error(condition->constant.at,
                            fmt::format("constant '{}' is {}; a condition takes true and false, or "
                                        "a number",
                                        name, part->type->name));
    return true;
  }
  const auto set = std::find_if(scope.constants.begin(), scope.constants.end(),
                                [&](const ConstantPlan& one) { return one.name == name; });
  const std::string& bytes = set == scope.constants.end() ? part->initial : set->bytes;
  const bool is_true = std::any_of(bytes.begin(), bytes.end(), [](char byte) { return byte != 0; });
  return is_true != condition->unless;
}

}  // namespace bpf_exporter::plan
