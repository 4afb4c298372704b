// SPDX-License-Identifier: Apache-2.0
#include "plan/lint.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace bpf_exporter::plan {
namespace {

using config::MetricKind;

struct Unit {
  std::string_view name;
  std::string_view base;
};
constexpr Unit kUnits[] = {
    {"amperes", "amperes"}, {"bytes", "bytes"},     {"celsius", "celsius"},
    {"grams", "grams"},     {"joules", "joules"},   {"kelvin", "kelvin"},
    {"meters", "meters"},   {"metres", "metres"},   {"seconds", "seconds"},
    {"volts", "volts"},     {"minutes", "seconds"}, {"hours", "seconds"},
    {"days", "seconds"},    {"weeks", "seconds"},   {"kelvins", "kelvin"},
    {"rankine", "celsius"}, {"inches", "meters"},   {"fahrenheit", "celsius"},
    {"yards", "meters"},    {"miles", "meters"},    {"bits", "bytes"},
    {"pounds", "grams"},    {"ounces", "grams"},    {"calories", "joules"},
};
constexpr std::string_view kPrefixes[] = {
    "",     "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo",
    "kibi", "mega", "mibi", "giga",  "gibi",  "tera",  "tebi", "peta", "pebi"};
constexpr std::string_view kAbbreviations[] = {"s",  "ms", "us", "ns", "sec", "b", "kb",
                                               "mb", "gb", "tb", "pb", "m",   "h", "d"};
constexpr std::string_view kTypes[] = {"counter", "gauge", "summary", "histogram"};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Returns whether `name` has `word` between underscores, or at its end.
bool HasWord(std::string_view name, std::string_view word) {
  const std::string at_end = fmt::format("_{}", word);
  return name.ends_with(at_end) || name.find(at_end + '_') != std::string_view::npos;
}

bool IsCamelCase(std::string_view name) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (std::size_t i = 1; i < name.size(); ++i) {
    if (is_lower(name[i - 1]) && is_upper(name[i])) return true;
  }
  return false;
}

// Returns the base unit of a word that is a unit; empty if it is none.
std::string_view BaseUnitOf(std::string_view word) {
  for (const Unit& unit : kUnits) {
    if (!word.ends_with(unit.name)) continue;
    const std::string_view prefix = word.substr(0, word.size() - unit.name.size());
    if (std::find(std::begin(kPrefixes), std::end(kPrefixes), prefix) != std::end(kPrefixes)) {
      return unit.base;
    }
  }
  return {};
}

// Says what is wrong with the first unit in the name.
void LintUnit(std::string_view name, std::vector<std::string>& problems) {
  for (const std::string_view word : Split(name, '_')) {
    const std::string_view base = BaseUnitOf(word);
    if (base.empty()) continue;
    if (base != word) {
      problems.push_back(fmt::format("use base unit \"{}\" instead of \"{}\"", base, word));
    }
    return;
  }
}

}  // namespace

std::vector<std::string> LintName(MetricKind kind, std::string_view name) {
  std::vector<std::string> problems;
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), Lower);
  LintUnit(name, problems);
  if (kind == MetricKind::kCounter && !name.ends_with("_total")) {
    problems.emplace_back("counter metrics should have \"_total\" suffix");
  }
  if (kind != MetricKind::kCounter && name.ends_with("_total")) {
    problems.emplace_back("non-counter metrics should not have \"_total\" suffix");
  }
  if (kind != MetricKind::kHistogram) {
    if (name.ends_with("_bucket")) {
      problems.emplace_back("non-histogram metrics should not have \"_bucket\" suffix");
    }
    for (const std::string_view suffix : {"_count", "_sum"}) {
      if (!name.ends_with(suffix)) continue;
      problems.push_back(fmt::format(
          "non-histogram and non-summary metrics should not have \"{}\" suffix", suffix));
    }
  }
  for (const std::string_view type : kTypes) {
    if (!HasWord(lower, type)) continue;
    problems.push_back(fmt::format("metric name should not include type '{}'", type));
  }
  if (name.find(':') != std::string_view::npos) {
    problems.emplace_back("metric names should not contain ':'");
  }
  if (IsCamelCase(name)) {
    problems.emplace_back("metric names should be written in 'snake_case' not 'camelCase'");
  }
  if (std::any_of(std::begin(kAbbreviations), std::end(kAbbreviations),
                  [&](std::string_view unit) { return HasWord(lower, unit); })) {
    problems.emplace_back("metric names should not contain abbreviated units");
  }
  return problems;
}

std::vector<std::string> LintLabel(MetricKind kind, std::string_view label) {
  std::vector<std::string> problems;
  if (kind != MetricKind::kHistogram && label == "le") {
    problems.emplace_back("non-histogram metrics should not have \"le\" label");
  }
  if (label == "quantile") {
    problems.emplace_back("non-summary metrics should not have \"quantile\" label");
  }
  if (IsCamelCase(label)) {
    problems.emplace_back("label names should be written in 'snake_case' not 'camelCase'");
  }
  return problems;
}

}  // namespace bpf_exporter::plan
