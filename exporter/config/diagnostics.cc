// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "config/source_line.h"

namespace bpf_exporter::config {
namespace {

constexpr std::size_t kShown = 20;
constexpr std::size_t kQuotedBytes = 60;
constexpr std::size_t kMaxGuess = 128;  // bytes; the time of a distance grows with their square

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Returns how many insertions, deletions, replacements and swaps of neighbours turn `a` into `b`.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

std::string Plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} more {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

std::string Quoted(std::string_view text) {
  if (text.size() <= kQuotedBytes) return fmt::format("'{}'", Visible(text));
  std::size_t end = 0;
  while (end < kQuotedBytes) end += std::max<std::size_t>(1, Utf8CharacterSize(text.substr(end)));
  return fmt::format("'{}…'", Visible(text.substr(0, end)));
}

Diagnostics::Diagnostics(std::string file, std::string source)
    : file_(std::move(file)), source_(std::move(source)) {
  if (source_.starts_with("\xEF\xBB\xBF")) source_.erase(0, 3);  // a byte order mark has no column
}

void Diagnostics::Error(Position at, std::string text) {
  entries_.push_back({at, true, std::move(text)});
  ++errors_;
}

void Diagnostics::Warning(Position at, std::string text) {
  entries_.push_back({at, false, std::move(text)});
}

std::string Diagnostics::DidYouMean(std::string_view given, const std::vector<std::string>& known) {
  std::size_t least = std::max<std::size_t>(2, given.size() / 3) + 1;
  const std::string* nearest = nullptr;
  for (const std::string& word : known) {
    const std::size_t longer = std::max(word.size(), given.size());
    if (longer > kMaxGuess) continue;
    if (longer - std::min(word.size(), given.size()) >= least) continue;
    const std::size_t distance = EditDistance(Lower(given), Lower(word));
    // More than half must agree, or any two short words would be near each other.
    if (distance >= least || distance * 2 >= longer) continue;
    least = distance;
    nearest = &word;
  }
  return nearest != nullptr ? fmt::format("; did you mean {}?", Quoted(*nearest)) : "";
}

std::string Diagnostics::Render() const {
  std::vector<Entry> sorted = entries_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
  // An alias is read once for each use, but its error is one error.
  const auto same = [](const Entry& a, const Entry& b) {
    return a.at.line == b.at.line && a.at.column == b.at.column && a.text == b.text;
  };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());

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
