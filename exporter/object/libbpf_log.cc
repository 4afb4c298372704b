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
thread_local LibbpfLog* active = nullptr;

}  // namespace

struct LibbpfLogAccess {
  static int Print(libbpf_print_level level, const char* format, va_list arguments) {
    char* text = nullptr;
    const int length = vasprintf(&text, format, arguments);
    if (length < 0) return 0;
    const std::string_view whole(text, static_cast<std::size_t>(length));
    for (std::size_t start = 0; start < whole.size();) {
      const std::size_t end = std::min(whole.find('\n', start), whole.size());
      Line(level, whole.substr(start, end - start));
      start = end + 1;
    }
    free(text);
    return length;
  }

  static void Line(libbpf_print_level level, std::string_view line) {
    if (log::Enabled(log::Level::kDebug)) log::Debug("libbpf: {}", line);
    if (active == nullptr || level == LIBBPF_DEBUG) return;
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
