// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "config/source_line.h"

namespace bpf_exporter::config {
namespace {

constexpr std::size_t kShown = 100;

std::string Plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} more {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

Diagnostics::Diagnostics(std::string file, std::string source)
    : file_(std::move(file)), source_(std::move(source)) {
  if (source_.starts_with("\xEF\xBB\xBF")) source_.erase(0, 3);  // a byte order mark has no column
}

void Diagnostics::Error(Position at, std::string text) {
  entries_.push_back({at, true, std::move(text)});
  ++errors_;
  places_.emplace(at.line, at.column);
}

bool Diagnostics::HasErrorAt(Position at) const { return places_.contains({at.line, at.column}); }

void Diagnostics::Warning(Position at, std::string text) {
  entries_.push_back({at, false, std::move(text)});
}

void Diagnostics::WarningUnless(Position unless, Position at, std::string text) {
  entries_.push_back({at, false, std::move(text), unless});
}

std::string Diagnostics::Render() const {
  std::vector<Entry> sorted = entries_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
  // An alias is read once for each use, but its error is one error.
  std::set<std::tuple<int, int, std::string_view>> seen;
  std::vector<Entry> once;
  for (const Entry& entry : sorted) {
    if (entry.unless.line > 0 && HasErrorAt(entry.unless)) continue;
    if (seen.emplace(entry.at.line, entry.at.column, entry.text).second) once.push_back(entry);
  }
  sorted.swap(once);

  std::string out;
  const std::size_t shown = std::min(kShown, sorted.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Entry& entry = sorted[i];
    out += Visible(file_);
    if (entry.at.line > 0) out += fmt::format(":{}:{}", entry.at.line, entry.at.column);
    out += fmt::format(": {}: {}\n", entry.error ? "error" : "warning", entry.text);
    out += ShowSourceLine(source_, entry.at);
  }
  const auto errors = static_cast<std::size_t>(
      std::count_if(sorted.begin() + static_cast<std::ptrdiff_t>(shown), sorted.end(),
                    [](const Entry& entry) { return entry.error; }));
  const std::size_t warnings = sorted.size() - shown - errors;
  if (errors > 0) out += fmt::format("… and {}", Plural(errors, "error"));
  if (warnings > 0) {
    out += fmt::format("{} {}", errors > 0 ? " and" : "… and", Plural(warnings, "warning"));
  }
  if (errors + warnings > 0) out += '\n';
  return out;
}

}  // namespace bpf_exporter::config
