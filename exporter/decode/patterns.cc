// SPDX-License-Identifier: Apache-2.0
#include "decode/patterns.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/utf8.h"

namespace bpf_exporter::decode {
namespace {

// Returns the end of the token at `at` in which parentheses have no meaning: \Q…\E, an escape, or a
// character class.
std::size_t EndOfLiteral(std::string_view text, std::size_t at) {
  if (text[at] == '\\') {
    if (text.substr(at, 2) != "\\Q") return at + 2;
    const std::size_t end = text.find("\\E", at);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  if (text[at] != '[') return at + 1;
  std::size_t end = at + 1;
  if (end < text.size() && text[end] == '^') ++end;
  if (end < text.size() && text[end] == ']') ++end;
  while (end < text.size() && text[end] != ']') {
    if (text.substr(end, 2) == "[:") {
      const std::size_t closed = text.find(":]", end);
      end = closed == std::string_view::npos ? end + 2 : closed + 2;
    } else {
      end += text[end] == '\\' ? 2 : 1;
    }
  }
  return end + 1;
}

// Writes (?<name>…), which Go reads since 1.22, as (?P<name>…) for the RE2 of Debian 12.
std::string WithNamedGroups(std::string_view expression) {
  std::string out;
  for (std::size_t at = 0; at < expression.size();) {
    const std::string_view rest = expression.substr(at);
    // A look-behind, which neither knows, stays as it was written; RE2 refuses it.
    if (rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!")) {
      out += "(?P<";
      at += 3;
      continue;
    }
    const std::size_t end = std::min(EndOfLiteral(expression, at), expression.size());
    out += expression.substr(at, end - at);
    at = end;
  }
  return out;
}

}  // namespace

Result<Pattern> Pattern::Compile(const std::string& expression) {
  auto compiled = std::make_shared<const RE2>(WithNamedGroups(expression), RE2::Quiet);
  if (!compiled->ok()) {
    return Error{compiled->error(),
                 compiled->error_code() == RE2::ErrorPatternTooLarge ? E2BIG : 0};
  }
  return Pattern(std::move(compiled));
}

Pattern::Pattern(std::shared_ptr<const re2::RE2> expression) : expression_(std::move(expression)) {}

std::size_t Pattern::size() const {
  return static_cast<std::size_t>(std::max(expression_->ProgramSize(), 1));
}

int Pattern::groups() const { return expression_->NumberOfCapturingGroups(); }

bool Pattern::Matches(std::string_view text) const {
  return RE2::PartialMatch({text.data(), text.size()}, *expression_);
}

bool Pattern::Extract(std::string_view text, std::string& out) const {
  const int group = groups();
  std::array<re2::StringPiece, 2> found;
  if (group > 1 || !expression_->Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED,
                                       found.data(), group + 1)) {
    return false;
  }
  const re2::StringPiece& taken = found[static_cast<std::size_t>(group)];
  out.assign(taken.data() == nullptr ? "" : taken.data(), taken.size());
  return true;
}

Patterns::Patterns(const std::vector<config::Text>& expressions) {
  for (const config::Text& expression : expressions) {
    Result<Pattern> pattern = Pattern::Compile(expression.value);
    if (pattern) patterns_.push_back(*std::move(pattern));
  }
}

bool Patterns::AnyMatches(std::string_view text) const {
  // RE2's `.` matches no byte of invalid UTF-8, which the name of a cgroup may hold.
  const std::string valid = ValidUtf8(text);
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const Pattern& pattern) { return pattern.Matches(valid); });
}

}  // namespace bpf_exporter::decode
