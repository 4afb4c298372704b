// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_constants_test.cc, unresolvable_test.cc
#include "plan/constant_bytes.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "config/numbers.h"
#include "config/scalars.h"
#include "plan/scope.h"

namespace bpf_exporter::plan {
namespace {

using object::Type;

// The numbers that an integer type holds.
struct Range {
  std::int64_t least = 0;
  std::uint64_t greatest = 0;
};

Range RangeOf(const Type& type) {
  const std::uint32_t bits = type.size * 8;
  const std::uint64_t all = bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  if (!type.is_signed) return {0, all};
  return {-static_cast<std::int64_t>(all / 2) - 1, all / 2};
}

std::string Shown(const config::ConstantValue& value) {
  return (value.quoted ? "the quoted text " : "") + Quoted(value.text.value);
}

// Integers of the machine are little-endian here as in the object (x86-64, arm64).
void Put(std::uint64_t number, std::uint32_t size, char* to) { std::memcpy(to, &number, size); }

// Reads what is beyond a signed number of 64 bits and within an unsigned one.
std::optional<std::uint64_t> ReadLarge(const std::string& text) {
  if (text.starts_with("0x")) {
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(text.data() + 2, text.data() + text.size(), number, 16);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
  }
  return ParseWhole<std::uint64_t>(text);
}

std::string WriteInteger(const Type& type, const config::ConstantValue& value, char* to) {
  const std::string& text = value.text.value;
  const Range range = RangeOf(type);
  const config::Number<std::int64_t> number = config::ParseInteger(text);
  if (value.quoted || number.problem == config::NumberProblem::kSyntax) {
    return fmt::format("expected a whole number, not {}{}", Shown(value), number.remedy);
  }
  if (number.problem == config::NumberProblem::kRange) {
    const std::optional<std::uint64_t> large = ReadLarge(text);
    if (large && *large <= range.greatest) {
      Put(*large, type.size, to);
      return "";
    }
  } else if (number.value >= range.least &&
             (number.value < 0 || static_cast<std::uint64_t>(number.value) <= range.greatest)) {
    Put(static_cast<std::uint64_t>(number.value), type.size, to);
    return "";
  }
  return fmt::format("{} is not between {} and {}, which {} holds", Quoted(text), range.least,
                     range.greatest, type.name);
}

std::string WriteEnumerator(const Type& type, const config::ConstantValue& value, char* to) {
  std::vector<std::string> names;
  for (const auto& [name, number] : type.enumerators) {
    if (name == value.text.value) {
      Put(static_cast<std::uint64_t>(number), type.size, to);
      return "";
    }
    names.push_back(name);
  }
  const config::Number<std::int64_t> number = config::ParseInteger(value.text.value);
  if (!value.quoted && number.problem == config::NumberProblem::kNone) {
    return WriteInteger(type, value, to);
  }
  return fmt::format("{} has no {}{}", type.name, Quoted(value.text.value),
                     Suggest(value.text.value, names, "it has"));
}

std::string WriteBool(const config::ConstantValue& value, char* to) {
  const std::optional<bool> known = config::ParseBool(value.text.value);
  if (value.quoted || !known) return fmt::format("expected true or false, not {}", Shown(value));
  *to = *known ? 1 : 0;
  return "";
}

std::string WriteText(const Type& type, const config::ConstantValue& value, char* to) {
  const std::string& text = value.text.value;
  if (text.size() >= type.count) {
    return fmt::format("{} has {}, but {} has room for {}", Quoted(text), Bytes(text.size()),
                       type.name, Bytes(type.count - 1));
  }
  std::copy(text.begin(), text.end(), to);
  return "";
}

bool IsText(const Type& type) {
  return type.kind == Type::Kind::kArray && type.count > 0 &&
         type.element->kind == Type::Kind::kChar;
}

// Returns why one value does not fit; empty if it does.
std::string WriteOne(const Type& type, const config::ConstantValue& value, char* to) {
  if (IsText(type)) return WriteText(type, value, to);
  switch (type.kind) {
    case Type::Kind::kInt:
    case Type::Kind::kChar:
      if (type.size <= 8) return WriteInteger(type, value, to);
      break;
    case Type::Kind::kBool:
      if (type.size == 1) return WriteBool(value, to);
      break;
    case Type::Kind::kEnum:
      if (type.size <= 8) return WriteEnumerator(type, value, to);
      break;
    default:
      break;
  }
  return fmt::format("it is {}, which cannot be set here", type.name);
}

std::optional<Misfit> WriteList(const Type& type, const config::ConstantSpec& spec,
                                std::string& bytes) {
  if (spec.values.size() > type.count) {
    return Misfit{fmt::format("the list has {} elements, but {} has {}", spec.values.size(),
                              type.name, type.count),
                  spec.at};
  }
  std::size_t offset = 0;
  for (const config::ConstantValue& value : spec.values) {
    std::string problem = WriteOne(*type.element, value, bytes.data() + offset);
    if (!problem.empty()) return Misfit{std::move(problem), value.text.at};
    offset += type.element->size;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Misfit> MakeConstantBytes(const Type& type, const config::ConstantSpec& spec,
                                        std::string& bytes) {
  bytes.assign(type.size, '\0');
  const bool array = type.kind == Type::Kind::kArray && type.count > 0;
  if (spec.list) {
    if (array) return WriteList(type, spec, bytes);
    return Misfit{fmt::format("expected one value, as it is {}, not a list", type.name), spec.at};
  }
  if (spec.values.empty()) return Misfit{"it has no value", spec.at};  // reported already
  if (type.kind == Type::Kind::kStruct) {
    const std::vector<std::string> members = object::FieldPaths(type);
    return Misfit{fmt::format("it is {}; set its members, such as {}.{}", type.name,
                              spec.name.value, members.empty() ? "MEMBER" : members.front()),
                  spec.values.front().text.at};
  }
  if (array && !IsText(type)) {
    return Misfit{
        fmt::format("expected a list, as it is {}, not {}", type.name, Shown(spec.values.front())),
        spec.at};
  }
  std::string problem = WriteOne(type, spec.values.front(), bytes.data());
  if (problem.empty()) return std::nullopt;
  return Misfit{std::move(problem), spec.values.front().text.at};
}

}  // namespace bpf_exporter::plan
