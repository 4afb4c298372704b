// SPDX-License-Identifier: Apache-2.0
// Tests: yaml_test.cc
#include "config/source_text.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "base/utf8.h"

namespace bpf_exporter::config {
namespace {

bool IsUtf16(std::string_view source) {
  return source.starts_with("\xFF\xFE") || source.starts_with("\xFE\xFF");
}

}  // namespace

Position PositionOf(std::string_view source, std::size_t offset) {
  const std::string_view before = source.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(offset - start) + 1};
}

std::string_view WithoutByteOrderMark(std::string_view source) {
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  return source;
}

bool CheckSourceText(std::string_view source, Diagnostics& diagnostics) {
  if (IsUtf16(source)) {
    diagnostics.Error({}, "the file is UTF-16; save it as UTF-8");
    return false;
  }
  for (std::size_t i = 0; i < source.size();) {
    const std::string_view rest = source.substr(i);
    const std::size_t size = Utf8CharacterSize(rest);
    if (size == 0) {
      diagnostics.Error(PositionOf(source, i),
                        "byte " + Quoted(rest.substr(0, 1)) + " is not UTF-8");
      return false;
    }
    const bool line_end = rest.starts_with('\n') || rest.starts_with("\r\n");
    if (IsControl(rest, size) && !line_end) {
      diagnostics.Error(PositionOf(source, i),
                        "control character " + Quoted(rest.substr(0, size)) + " in the file");
      return false;
    }
    i += size;
  }
  return true;
}

}  // namespace bpf_exporter::config
