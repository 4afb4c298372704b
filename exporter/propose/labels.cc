// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/labels.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "object/map_types.h"
#include "plan/variables.h"
#include "propose/guess.h"
#include "propose/names.h"

namespace bpf_exporter::propose {
namespace {

using object::Type;

// Returns a label's name that is not `taken` yet, and takes it.
std::string LabelName(std::string_view text, std::set<std::string>& taken) {
  std::string name = NameOf(text);
  name.erase(0, std::min(name.size(), name.find_first_not_of('_')));  // __… is Prometheus' own
  if (name.empty() || name == "le") name = "field_" + name;
  while (!taken.insert(name).second) name += '_';
  return name;
}

// Returns the name of an enum without the word, and without what makes it one of CO-RE.
std::string EnumName(const Type& type) {
  constexpr std::string_view kKeyword = "enum ";
  const std::size_t start = type.name.starts_with(kKeyword) ? kKeyword.size() : 0;
  return type.name.substr(start, type.name.find("___") - start);
}

std::string Label(const std::string& name, std::string_view field, const DecoderGuess& guess) {
  std::string line = name;
  if (field != name || !guess.decoders.empty()) {
    line = "{name: " + name;
    if (field != name) line += fmt::format(", field: {}", Scalar(field));
    if (!guess.decoders.empty()) line += ", decoders: " + guess.decoders;
    line += '}';
  }
  return guess.why.empty() ? line : line + "  # " + guess.why;
}

// A field that a label can show, by its path.
struct Shown {
  std::string path;
  object::FieldLayout field;

  std::uint32_t end() const { return field.offset + field.type->size; }
};

std::vector<Shown> FieldsToShow(const Type& type) {
  std::vector<Shown> fields;
  for (std::string& path : object::FieldPaths(type)) {
    std::optional<object::FieldLayout> field = object::FindField(type, path);
    if (!field || field->bitfield || field->type->size == 0 || IsPaddingName(path)) continue;
    if (field->type->kind == Type::Kind::kOther) continue;
    fields.push_back({std::move(path), *std::move(field)});
  }
  return fields;
}

// Returns whether fields[index] is a member of a union that another says more about: one that is
// larger, or the first of equally large ones.
bool IsHidden(const std::vector<Shown>& fields, std::size_t index) {
  const Shown& one = fields[index];
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Shown& other = fields[i];
    const bool shared = one.field.offset < other.end() && other.field.offset < one.end();
    if (i == index || !shared) continue;
    const std::uint32_t size = one.field.type->size, of_other = other.field.type->size;
    if (of_other > size || (of_other == size && i < index)) return true;
  }
  return false;
}

LabelGuesses LabelsOfStruct(const Type& type) {
  LabelGuesses guesses;
  std::set<std::string> names;
  const std::vector<Shown> fields = FieldsToShow(type);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (IsHidden(fields, i)) continue;
    const auto& [path, field] = fields[i];
    guesses.last_is_bucket = path == "bucket" && field.type->kind == Type::Kind::kInt;
    guesses.lines.push_back(Label(LabelName(path, names), path, GuessDecoder(path, *field.type)));
  }
  return guesses;
}

// Returns the label of a key that is no struct: it has no name but that of its type, as in "pid_t".
LabelGuesses LabelOfWhole(const Type& type) {
  std::string name = "key";
  if (type.kind == Type::Kind::kEnum) {
    name = EnumName(type);
  } else if (type.name.ends_with("_t") && !type.name.starts_with("u") &&
             !type.name.starts_with("_") && !type.name.starts_with("int")) {
    name = type.name.substr(0, type.name.size() - 2);
  }
  std::set<std::string> names;
  DecoderGuess guess = GuessDecoder(name, type);
  if (IsPointer(type)) guess = {"[{name: hex}]", "the bytes of an address, as it is a pointer"};
  if (guess.why.empty() && type.kind != Type::Kind::kEnum) guess.why = "its name is not known";
  name = LabelName(name, names);
  return {{Label(name, name, guess)}};
}

bool IsByCpu(std::string_view name) { return name.find("cpu") != std::string_view::npos; }

}  // namespace

LabelGuesses LabelsOfKey(const object::MapLayout& map) {
  const bool queue = object::ShapeOf(map.type) == object::MapShape::kQueue;
  const std::shared_ptr<const Type>& type = queue ? map.value : map.key;
  const std::uint32_t size = queue ? map.value_size : map.key_size;
  if (object::ShapeOf(map.type) == object::MapShape::kRecords) return {};
  if (object::ShapeOf(map.type) == object::MapShape::kIndexed) {
    if (map.max_entries == 1) return {};
    return {{std::string(IsByCpu(map.name) ? "cpu_index" : "index") + "  # of the array"}};
  }
  if (type == nullptr) {
    return {{fmt::format("{{name: key, size: {}, decoders: [{{name: hex}}]}}  # no BTF", size)}};
  }
  return type->kind == Type::Kind::kStruct ? LabelsOfStruct(*type) : LabelOfWhole(*type);
}

LabelGuesses LabelsOfElements(const object::ObjectLayout& object, const std::string& array,
                              std::uint32_t count) {
  if (IsByCpu(array)) return {{"cpu  # of the array"}};
  const std::shared_ptr<const Type> index = plan::IndexType(object, count);
  if (index->kind == Type::Kind::kEnum) {
    std::set<std::string> names;
    return {{LabelName(EnumName(*index), names) +
             fmt::format("  # the names of {}, whose last is the array's length", index->name)}};
  }
  return {{"index  # of the array"}};
}

}  // namespace bpf_exporter::propose
