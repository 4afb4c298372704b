// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/constants.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "propose/halves.h"
#include "propose/names.h"

namespace bpf_exporter::propose {
namespace {

using object::Type;

constexpr std::uint32_t kMostElements = 16;

// Returns a number of the object as the configuration writes it; empty if it cannot.
std::string Number(const Type& type, const char* bytes) {
  if (type.size != 1 && type.size != 2 && type.size != 4 && type.size != 8) return "";
  const auto* from = reinterpret_cast<const std::byte*>(bytes);
  const std::uint64_t number =
      type.is_signed ? LoadSigned(from, type.size) : LoadUnsigned(from, type.size);
  const auto with_sign = static_cast<std::int64_t>(number);
  switch (type.kind) {
    case Type::Kind::kBool:
      return number != 0 ? "true" : "false";
    case Type::Kind::kEnum:
      for (const auto& [name, value] : type.enumerators) {
        if (value == with_sign) return Scalar(name);
      }
      [[fallthrough]];
    case Type::Kind::kInt:
      return type.is_signed ? fmt::format("{}", with_sign) : fmt::format("{}", number);
    default:
      return "";
  }
}

std::string Value(const Type& type, const std::string& bytes) {
  if (bytes.size() < type.size) return "";
  if (type.kind != Type::Kind::kArray) return Number(type, bytes.data());
  if (type.element->kind == Type::Kind::kChar) {
    return QuotedScalar(bytes.substr(0, std::min(bytes.find('\0'), std::size_t{type.size})));
  }
  if (type.count == 0 || type.count > kMostElements) return "";
  std::string list;
  for (std::uint32_t i = 0; i < type.count; ++i) {
    const std::string one =
        Value(*type.element, bytes.substr(std::size_t{i} * type.element->size, type.element->size));
    if (one.empty()) return "";
    list += (list.empty() ? "" : ", ") + one;
  }
  return "[" + list + "]";
}

// Writes the constants one by one.
class Writer {
 public:
  explicit Writer(const Trial& trial) : trial_(trial) {}

  // Adds a constant of that type, or the members of one that is a struct.
  void Add(const std::string& name, const Type& type, const std::string& bytes) {
    if (type.kind != Type::Kind::kStruct) {
      AddOne(name, type, Value(type, bytes));
      return;
    }
    for (const std::string& path : object::FieldPaths(type)) {
      const std::optional<object::FieldLayout> field = object::FindField(type, path);
      if (!field || field->bitfield || field->offset > bytes.size()) continue;
      const std::string of_field = bytes.substr(field->offset, field->type->size);
      AddOne(name + "." + path, *field->type, Value(*field->type, of_field));
    }
  }

  std::string Text() {
    TakeInHalves(0, lines_.size(),
                 [this](std::size_t first, std::size_t last) { return Set(first, last); });
    if (lines_.empty()) return "";
    std::string text;
    bool any = false;
    for (const Line& line : lines_) {
      any = any || line.can;
      text += line.can ? fmt::format("  {}: {}  # {}\n", line.name, line.value, line.type)
                       : fmt::format("  # {}: {}, cannot be set here\n", line.name, line.type);
    }
    return fmt::format(
        "# const volatile variables that the program's own loader may set; these are the values in "
        "the object.\n{}constants:\n{}\n",
        any ? "" : "# ", text);
  }

 private:
  struct Line {
    std::string name;
    std::string type;
    std::string value;  // empty: it cannot be written
    bool can = false;   // be set
  };

  void AddOne(const std::string& name, const Type& type, const std::string& value) {
    lines_.push_back({name, type.name, value, false});
  }

  // Tries these at once; returns whether each can be set, of those that have a value.
  bool Set(std::size_t first, std::size_t last) {
    std::string yaml;
    for (std::size_t i = first; i < last; ++i) {
      const Line& line = lines_[i];
      if (!line.value.empty()) yaml += fmt::format("  {}: {}\n", line.name, line.value);
    }
    const bool can = yaml.empty() || trial_.Problem("constants:\n" + yaml, "").empty();
    for (std::size_t i = first; i < last && can; ++i) lines_[i].can = !lines_[i].value.empty();
    return can;
  }

  const Trial& trial_;
  std::vector<Line> lines_;
};

constexpr std::string_view kAddress = "kaddr_";

}  // namespace

std::string ConstantsText(const object::ObjectLayout& object, const Trial& trial) {
  Writer writer(trial);
  for (const object::GlobalLayout& global : object.globals) {
    if (!global.IsConstant() || global.type == nullptr) continue;
    if (global.name.starts_with(kAddress)) continue;
    writer.Add(global.name, *global.type, global.initial);
  }
  return writer.Text();
}

std::string KaddrsText(const object::ObjectLayout& object) {
  std::vector<std::string> symbols;
  for (const object::GlobalLayout& global : object.globals) {
    if (!global.IsConstant() || !global.name.starts_with(kAddress) || global.size != 8) continue;
    symbols.push_back(Scalar(std::string_view(global.name).substr(kAddress.size())));
  }
  if (symbols.empty()) return "";
  return fmt::format(
      "# Symbols of the kernel whose addresses variables get, by their names.\nkaddrs: [{}]\n\n",
      fmt::join(symbols, ", "));
}

}  // namespace bpf_exporter::propose
