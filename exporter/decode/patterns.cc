#include "decode/patterns.h"

#include <re2/re2.h>

#include <algorithm>

namespace bpf_exporter {

struct Patterns::State {
  std::vector<std::unique_ptr<RE2>> expressions;
};

Status Patterns::Check(const Text& pattern) {
  const RE2 expression(pattern.value, RE2::Quiet);
  if (!expression.ok()) return Error{expression.error()};
  return {};
}

Patterns::Patterns(const std::vector<Text>& patterns) : state_(std::make_unique<State>()) {
  for (const Text& pattern : patterns) {
    auto expression = std::make_unique<RE2>(pattern.value, RE2::Quiet);
    if (expression->ok()) state_->expressions.push_back(std::move(expression));
  }
}

Patterns::~Patterns() = default;
Patterns::Patterns(Patterns&&) noexcept = default;
Patterns& Patterns::operator=(Patterns&&) noexcept = default;

bool Patterns::AnyMatches(std::string_view text) const {
  const re2::StringPiece piece(text.data(), text.size());
  return std::any_of(state_->expressions.begin(), state_->expressions.end(),
                     [&](const auto& expression) { return RE2::PartialMatch(piece, *expression); });
}

}  // namespace bpf_exporter
