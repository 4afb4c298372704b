// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/scope.h"

// Global variables of an object: each section of them is a map of one row, whose value is a struct
// of the variables.
namespace bpf_exporter::plan {

// Returns whether that is the name of a section: maps that a program declares have none with a dot.
bool IsSection(const std::string& map);

// Returns the section that `name` names; else null, with the error reported at the name.
const object::MapLayout* FindSection(const Scope& scope, const config::Text& name);

// Returns where to find what is no map but a variable, for messages: "; it is a variable: map:
// .bss, value: hits". Empty if it is none.
std::string WhereVariableIs(const object::ObjectLayout& object, const std::string& name);

// What a path names in a section.
struct Variable {
  std::uint32_t offset = 0;  // from the start of the section, or of the element
  std::shared_ptr<const object::Type> type;
  std::optional<ElementsPlan> elements;  // set if it is in each element of an array
};

// Returns the variable that `path` names under the YAML key `key`, or the field of one, also in
// each element of an array. Reports why it is none; then nothing is returned.
std::optional<Variable> FindVariable(const Scope& scope, const object::MapLayout& section,
                                     const char* key, const config::Text& path);

// Makes of an array variable what is in each of its elements; of any other, of one that is in an
// array already, and of text nothing.
void TakeElements(const std::string& name, Variable& variable);

// Returns the type of the indices of an array of `count` elements: the object's enum whose last
// enumerator is the bound, if there is one and no other, else a number.
std::shared_ptr<const object::Type> IndexType(const object::ObjectLayout& object,
                                              std::uint32_t count);

// Returns the message for a metric that does not say which variable of the section it shows.
std::string NameAVariable(const object::MapLayout& section);

// Returns the paths of all that FindVariable would find and that is no struct.
std::vector<std::string> VariablePaths(const object::MapLayout& section);

}  // namespace bpf_exporter::plan
