// SPDX-License-Identifier: Apache-2.0
// Tests: corrupt_object_test.cc
#include "object/libbpf_log.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/log.h"

namespace bpf_exporter::object {
namespace {

constexpr std::size_t kMaxLines = 1000;
// A verifier's log is one message, which can have a million lines; its first line says what it is
// about, and the last ones tell the reason.
constexpr std::size_t kMaxLinesOfMessage = 200;
thread_local LibbpfLog* active = nullptr;

}  // namespace

struct LibbpfLogAccess {
  static int Print(libbpf_print_level level, const char* format, va_list arguments) {
    char* text = nullptr;
    const int length = vasprintf(&text, format, arguments);
    if (length < 0) return 0;
    const std::string_view whole(text, static_cast<std::size_t>(length));
    const bool keep = active != nullptr && level != LIBBPF_DEBUG;
    const std::size_t tail = StartOfTail(whole);
    for (std::size_t start = 0; start < whole.size();) {
      const std::size_t end = std::min(whole.find('\n', start), whole.size());
      const std::string_view line = whole.substr(start, end - start);
      if (log::Enabled(log::Level::kDebug)) log::Debug("libbpf: {}", line);
      if (keep && (start == 0 || start >= tail)) Keep(line);
      start = end + 1;
    }
    free(text);
    return length;
  }

  // Returns where the last lines of a message begin, as many as are kept.
  static std::size_t StartOfTail(std::string_view message) {
    std::size_t end = message.ends_with('\n') ? message.size() - 1 : message.size();
    for (std::size_t lines = 0; lines < kMaxLinesOfMessage; ++lines) {
      const std::size_t feed = message.substr(0, end).rfind('\n');
      if (feed == std::string_view::npos) return 0;
      end = feed;
    }
    return end + 1;
  }

  static void Keep(std::string_view line) {
    if (active->lines_.size() == kMaxLines) active->lines_.erase(active->lines_.begin());
    active->lines_.emplace_back(line);
  }
};

LibbpfLog::LibbpfLog() {
  active = this;
  libbpf_set_print(LibbpfLogAccess::Print);
}

LibbpfLog::~LibbpfLog() { active = nullptr; }

}  // namespace bpf_exporter::object
