// SPDX-License-Identifier: Apache-2.0
// Tests: wrong_files_test.cc
#include "config/scalars.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"
#include "config/numbers.h"

namespace bpf_exporter::config {
namespace {

bool ExpectText(const Field& field, std::string_view wanted = "text") {
  if (field.node.kind == Node::Kind::kScalar) return true;
  field.Error(fmt::format("{}: expected {}, not {}", field.name, wanted, Describe(field.node)));
  return false;
}

// Numbers and booleans are never quoted; in quotes the same characters are text.
bool ExpectPlain(const Field& field, std::string_view wanted) {
  if (field.node.kind == Node::Kind::kScalar && !field.node.quoted) return true;
  field.Error(fmt::format("{}: expected {}, not {}", field.name, wanted, Describe(field.node)));
  return false;
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

Text ReadText(const Field& field) {
  if (!ExpectText(field)) return {{}, field.node.at};
  if (field.node.text.find('\0') != std::string::npos) {
    field.Error(fmt::format("{}: a NUL character in {}", field.name, Quoted(field.node.text)));
  }
  return {field.node.text, field.node.at};
}

Text ReadNonEmpty(const Field& field) {
  Text text = ReadText(field);
  if (field.node.kind == Node::Kind::kScalar && text.value.empty()) {
    field.Error(fmt::format("{}: the text is empty", field.name));
  }
  return text;
}

std::string ReadProse(const Field& field) {
  if (!ExpectText(field)) return {};
  std::string text = field.node.text;
  if (text.ends_with('\n')) text.pop_back();  // of a block scalar
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t size = std::max<std::size_t>(1, Utf8CharacterSize(rest));
    if (rest[0] != '\n' && IsControl(rest, size)) {
      field.Error(
          fmt::format("{}: control character {}", field.name, Quoted(rest.substr(0, size))));
      break;
    }
    rest.remove_prefix(size);
  }
  return text;
}

std::vector<Text> ReadTexts(const Field& field) {
  std::vector<Text> texts;
  if (!ExpectList(field)) return texts;
  for (const NodePtr& item : field.node.items) texts.push_back(ReadNonEmpty(field.Item(*item)));
  return texts;
}

std::vector<Text> ReadTextOrTexts(const Field& field) {
  if (field.node.kind == Node::Kind::kScalar) return {ReadNonEmpty(field)};
  if (field.node.kind != Node::Kind::kList) {
    ExpectText(field, "text or a list of texts");
    return {};
  }
  std::vector<Text> texts = ReadTexts(field);
  if (texts.empty()) field.Error(fmt::format("{}: the list is empty", field.name));
  return texts;
}

std::vector<Text> ReadExpressions(const Field& field) {
  std::vector<Text> expressions;
  if (!ExpectList(field)) return expressions;
  for (const NodePtr& item : field.node.items) expressions.push_back(ReadText(field.Item(*item)));
  return expressions;
}

std::optional<bool> ParseBool(std::string_view text) {
  if (IsOneOf(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"})) {
    return true;
  }
  if (IsOneOf(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"})) {
    return false;
  }
  return std::nullopt;
}

bool ReadBool(const Field& field) {
  if (!ExpectPlain(field, "true or false")) return false;
  const std::optional<bool> value = ParseBool(field.node.text);
  if (!value) {
    field.Error(
        fmt::format("{}: expected true or false, not {}", field.name, Quoted(field.node.text)));
  }
  return value.value_or(false);
}

std::optional<std::int64_t> ReadInteger(const Field& field, std::int64_t least,
                                        std::int64_t greatest) {
  if (!ExpectPlain(field, "a whole number")) return std::nullopt;
  const Number<std::int64_t> number = ParseInteger(field.node.text);
  if (number.problem == NumberProblem::kSyntax) {
    field.Error(fmt::format("{}: expected a whole number, not {}{}", field.name,
                            Quoted(field.node.text), number.remedy));
    return std::nullopt;
  }
  const bool range = number.problem == NumberProblem::kRange;
  if (range || number.value < least || number.value > greatest) {
    const std::string given = range ? Quoted(field.node.text) : fmt::format("{}", number.value);
    field.Error(fmt::format("{}: {} is not between {} and {}", field.name, given, least, greatest));
    return std::nullopt;
  }
  return number.value;
}

std::optional<double> ReadDouble(const Field& field) {
  if (!ExpectPlain(field, "a number")) return std::nullopt;
  const Number<double> number = ParseDouble(field.node.text);
  if (number.problem == NumberProblem::kNone) return number.value;
  const bool range = number.problem == NumberProblem::kRange;
  field.Error(fmt::format("{}: expected a {}number, not {}{}", field.name, range ? "finite " : "",
                          Quoted(field.node.text), number.remedy));
  return std::nullopt;
}

std::optional<std::chrono::nanoseconds> ReadDuration(const Field& field) {
  constexpr std::string_view kWanted = "a duration such as 90s, 1h30m or 500ms";
  if (!ExpectText(field, kWanted)) return std::nullopt;
  const std::string& text = field.node.text;
  const Number<std::int64_t> number =
      field.node.quoted ? ParseDuration(text) : ParseDurationOrNanoseconds(text);
  if (number.problem == NumberProblem::kNone) return std::chrono::nanoseconds(number.value);
  if (number.problem == NumberProblem::kSyntax) {
    field.Error(
        fmt::format("{}: expected {}, not {}{}", field.name, kWanted, Quoted(text), number.remedy));
  } else {
    field.Error(fmt::format("{}: {} is not between 0 and 292 years", field.name, Quoted(text)));
  }
  return std::nullopt;
}

std::optional<std::size_t> ReadWord(const Field& field, const std::vector<std::string>& words) {
  const std::string wanted = fmt::format("one of {}", fmt::join(words, ", "));
  if (!ExpectText(field, wanted)) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), field.node.text);
  if (found != words.end()) return found - words.begin();
  field.Error(fmt::format("{}: expected {}, not {}{}", field.name, wanted, Quoted(field.node.text),
                          DidYouMean(field.node.text, words)));
  return std::nullopt;
}

}  // namespace bpf_exporter::config
