// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_globals_test.cc, unresolvable_test.cc
#include "plan/variables.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace bpf_exporter::plan {
namespace {

using object::FieldLayout;
using object::Type;

bool IsArray(const Type& type) { return type.kind == Type::Kind::kArray && type.count > 0; }

// Returns the field whose name `path` begins with, and takes the name off. Of several the longest:
// variables of functions have names with a dot, "on_exit.count".
const FieldLayout* TakeField(const Type& type, std::string_view& path) {
  const FieldLayout* found = nullptr;
  for (const FieldLayout& field : type.fields) {
    if (!path.starts_with(field.name)) continue;
    const std::string_view rest = path.substr(field.name.size());
    if (!rest.empty() && rest.front() != '.') continue;
    if (found == nullptr || field.name.size() > found->name.size()) found = &field;
  }
  if (found == nullptr) return nullptr;
  path.remove_prefix(std::min(path.size(), found->name.size() + 1));
  return found;
}

void AddPaths(const Type& type, const std::string& before, std::vector<std::string>& paths) {
  for (const FieldLayout& field : type.fields) {
    const Type* of = field.type.get();
    if (IsArray(*of) && of->element->kind == Type::Kind::kStruct) of = of->element.get();
    if (of->kind == Type::Kind::kStruct) {
      AddPaths(*of, before + field.name + ".", paths);
    } else {
      paths.push_back(before + field.name);
    }
  }
}

// Returns whether `bound` is the greatest enumerator, and those before it name all indices.
bool IsBound(const Type& type, std::uint32_t bound) {
  if (bound == 0 || type.enumerators.size() <= bound) return false;
  std::vector<bool> named(bound);
  bool has_bound = false;
  for (const auto& [name, value] : type.enumerators) {
    if (value < 0 || value > std::int64_t{bound}) return false;
    if (value == std::int64_t{bound}) {
      has_bound = true;
    } else {
      named[static_cast<std::size_t>(value)] = true;
    }
  }
  return has_bound && std::find(named.begin(), named.end(), false) == named.end();
}

}  // namespace

bool IsSection(const std::string& map) { return map.starts_with('.'); }

const object::MapLayout* FindSection(const Scope& scope, const config::Text& name) {
  std::vector<std::string> known;
  for (const object::MapLayout& section : scope.object.sections) {
    if (section.value != nullptr) known.push_back(section.name);
    if (section.name != name.value) continue;
    if (section.value != nullptr) return &section;
    scope.diagnostics.Error(name.at, fmt::format("{} has no BTF for the variables of section {}",
                                                 ObjectSubject(scope.object), Quoted(name.value)));
    return nullptr;
  }
  scope.diagnostics.Error(
      name.at, fmt::format("{} has no section {} with variables{}", ObjectSubject(scope.object),
                           Quoted(name.value),
                           known.empty() ? "" : Suggest(name.value, known, "its sections")));
  return nullptr;
}

std::string WhereVariableIs(const object::ObjectLayout& object, const std::string& name) {
  for (const object::MapLayout& section : object.sections) {
    std::string_view path = name;
    if (section.value == nullptr || TakeField(*section.value, path) == nullptr) continue;
    return fmt::format("; it is a variable: map: {}, value: {}", section.name, name);
  }
  return "";
}

std::optional<Variable> FindVariable(const Scope& scope, const object::MapLayout& section,
                                     const char* key, const config::Text& path) {
  const auto fail = [&](const std::string& text) -> std::optional<Variable> {
    scope.diagnostics.Error(path.at, fmt::format("{}: {}", key, text));
    return std::nullopt;
  };
  Variable variable{0, section.value, {}};
  std::string_view rest = path.value;
  const auto before = [&] {
    const std::size_t end = path.value.size() - rest.size();
    return path.value.substr(0, end == 0 ? 0 : end - (rest.empty() ? 0 : 1));
  };
  while (!rest.empty()) {
    if (IsArray(*variable.type)) {
      if (variable.elements) return fail(fmt::format("'{}' is an array in an array", before()));
      TakeElements(before(), variable);
    }
    if (variable.type->kind != Type::Kind::kStruct) {
      return fail(
          fmt::format("variable '{}' is {}, which has no fields", before(), variable.type->name));
    }
    const FieldLayout* field = TakeField(*variable.type, rest);
    if (field == nullptr) {
      const bool first = variable.type == section.value;
      std::string remedy = first ? WhereVariableIs(scope.object, path.value) : "";
      if (remedy.empty()) remedy = Suggest(path.value, VariablePaths(section), "its variables");
      return fail(fmt::format("section {} of {} has no variable {}{}", section.name,
                              ObjectSubject(scope.object), Quoted(path.value), remedy));
    }
    const auto same = [&](const FieldLayout& one) { return one.name == field->name; };
    const auto& fields = variable.type->fields;
    if (std::count_if(fields.begin(), fields.end(), same) > 1) {
      return fail(
          fmt::format("section {} of {} has several variables '{}', static ones of several "
                      "sources; give each a name of its own",
                      section.name, ObjectSubject(scope.object), field->name));
    }
    if (field->bitfield) {
      return fail(fmt::format("'{}' is a bitfield, which cannot be read", path.value));
    }
    variable.offset += field->offset;
    variable.type = field->type;
  }
  return variable;
}

void TakeElements(const std::string& name, Variable& variable) {
  const Type& array = *variable.type;
  if (variable.elements || !IsArray(array) || array.element->kind == Type::Kind::kChar) return;
  variable.elements = ElementsPlan{name, variable.offset, array.element->size, array.count};
  variable.offset = 0;
  variable.type = array.element;
}

std::shared_ptr<const Type> IndexType(const object::ObjectLayout& object, std::uint32_t count) {
  Type index{Type::Kind::kInt, "__u32", sizeof(std::uint32_t)};
  const Type* found = nullptr;
  for (const std::shared_ptr<const Type>& one : object.enums) {
    if (one->name.find("___") != std::string::npos || !IsBound(*one, count)) continue;
    if (found != nullptr) return std::make_shared<Type>(index);
    found = one.get();
  }
  if (found != nullptr) {
    index.kind = Type::Kind::kEnum;
    index.name = found->name;
    index.enumerators = found->enumerators;
  }
  return std::make_shared<Type>(index);
}

std::string NameAVariable(const object::MapLayout& section) {
  return fmt::format("'{}' is a section; name one of its variables with 'value': {}", section.name,
                     List(VariablePaths(section)));
}

std::vector<std::string> VariablePaths(const object::MapLayout& section) {
  std::vector<std::string> paths;
  AddPaths(*section.value, "", paths);
  return paths;
}

}  // namespace bpf_exporter::plan
