// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_labels_test.cc
#include "plan/expressions.h"

#include <fmt/core.h>

#include <cerrno>

namespace bpf_exporter::plan {
namespace {

// Of RE2's instructions, one takes about 0.1 µs to make; "^[a-z]+$" has 6.
constexpr std::size_t kMaxInstructions = 500'000;
// What expressions count that RE2 gives up on: it finds out late that one is too large.
constexpr std::size_t kOfTooLarge = 100'000;
constexpr std::size_t kOfWrong = 100;

std::size_t SizeOf(const Result<decode::Pattern>& pattern) {
  if (pattern) return pattern->size();
  return pattern.error().code == E2BIG ? kOfTooLarge : kOfWrong;
}

}  // namespace

std::optional<decode::Pattern> CompileExpression(const Scope& scope, const std::string& subject,
                                                 const config::Text& expression) {
  std::size_t& size = *scope.expressions_size;
  if (size > kMaxInstructions) return std::nullopt;
  Result<decode::Pattern> pattern = decode::Pattern::Compile(expression.value);
  size += SizeOf(pattern);
  if (!pattern) {
    scope.diagnostics.Error(expression.at,
                            fmt::format("{}: regexps: {}", subject, pattern.error().Message()));
    return std::nullopt;
  }
  if (size > kMaxInstructions) {
    scope.diagnostics.Error(
        expression.at,
        fmt::format("{}: regexps: with this one the expressions of the file are too many, or too "
                    "large; repetitions such as {{1000}} count as often as they repeat",
                    subject));
    return std::nullopt;
  }
  return *std::move(pattern);
}

}  // namespace bpf_exporter::plan
