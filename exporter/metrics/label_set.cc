// SPDX-License-Identifier: Apache-2.0
#include "metrics/label_set.h"

#include <algorithm>

#include "base/utf8.h"

namespace bpf_exporter::metrics {
namespace {

void AppendEscaped(std::string_view value, std::string& out) {
  std::string valid;
  if (std::any_of(value.begin(), value.end(), [](char c) { return (c & 0x80) != 0; })) {
    valid = ValidUtf8(value);
    value = valid;
  }
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\0') {  // it is UTF-8, but ends the text for many who read the page
      out += kReplacement;
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
}

}  // namespace

std::size_t LabelSet::Unescape(std::string_view text, std::string& value) {
  value.clear();
  std::size_t at = 0;
  for (; text[at] != '"'; ++at) {
    if (text[at] != '\\') {
      value += text[at];
      continue;
    }
    ++at;
    value += text[at] == 'n' ? '\n' : text[at];
  }
  return at;
}

void AppendLabel(std::string_view name, std::string_view value, std::string& text) {
  if (!text.empty()) text += ',';
  text.append(name).append("=\"");
  AppendEscaped(value, text);
  text += '"';
}

}  // namespace bpf_exporter::metrics
