// SPDX-License-Identifier: Apache-2.0
// Tests: diagnostics_test.cc
#include "config/source_line.h"

#include <algorithm>
#include <cstddef>

#include "base/utf8.h"

namespace bpf_exporter::config {
namespace {

constexpr std::size_t kBefore = 60;  // bytes shown on either side of the caret
constexpr std::size_t kAfter = 40;
constexpr std::string_view kIndent = "  ";

std::string_view Line(std::string_view source, int number) {
  for (int line = 1; line < number; ++line) {
    const std::size_t end = source.find('\n');
    if (end == std::string_view::npos) return {};
    source.remove_prefix(end + 1);
  }
  source = source.substr(0, source.find('\n'));
  if (source.ends_with('\r')) source.remove_suffix(1);
  return source;
}

// Moves `at` back to the start of a character, so that a cut does not split one.
std::size_t CharacterStart(std::string_view line, std::size_t at) {
  while (at > 0 && at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80) --at;
  return at;
}

}  // namespace

std::string ShowSourceLine(std::string_view source, Position at) {
  if (at.line < 1 || at.column < 1) return {};
  const std::string_view line = Line(source, at.line);
  const std::size_t caret = std::min<std::size_t>(at.column - 1, line.size());
  if (line.empty()) return {};

  std::size_t begin = 0;
  std::size_t end = line.size();
  if (line.size() > kBefore + kAfter) {
    begin = CharacterStart(line, caret > kBefore ? caret - kBefore : 0);
    end = CharacterStart(line, std::min(line.size(), begin + kBefore + kAfter));
  }

  std::string text(kIndent);
  std::string below(kIndent);
  if (begin > 0) {
    text += "…";
    below += ' ';
  }
  for (std::size_t i = begin; i < end;) {
    const std::size_t size = std::max<std::size_t>(1, Utf8CharacterSize(line.substr(i)));
    const bool tab = line[i] == '\t';
    const std::string shown = tab ? "\t" : Visible(line.substr(i, size));
    text += shown;
    // A character that is shown as it is takes one column, an escaped one as many as its escape.
    if (i < caret) {
      below += tab ? "\t" : std::string(shown == line.substr(i, size) ? 1 : shown.size(), ' ');
    }
    i += size;
  }
  if (end < line.size()) text += "…";
  return text + '\n' + below + "^\n";
}

}  // namespace bpf_exporter::config
