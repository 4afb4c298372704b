// SPDX-License-Identifier: Apache-2.0
// Tests: process_test.py
#include "base/log.h"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <string>

#include "base/log_stream.h"

namespace bpf_exporter::log {
namespace {

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Standard error, which never makes a thread wait for its reader.
class StandardErrorSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    StandardError().Write({line.data(), line.size()});
  }
  void flush_() override {}  // nothing is kept back
};

std::mutex writing;

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made =
        std::make_shared<spdlog::logger>("bpf_exporter", std::make_shared<StandardErrorSink>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    return made;
  }();
  return *logger;
}

}  // namespace

void SetLevel(Level least) { Logger().set_level(ToSpdlog(least)); }

void SetTimestamps(bool on) { Logger().set_pattern(on ? "%Y-%m-%dT%H:%M:%S.%e%z %l %v" : "%l %v"); }

std::unique_lock<std::mutex> Hold() { return std::unique_lock(writing); }

bool Enabled(Level level) { return Logger().should_log(ToSpdlog(level)); }

void Write(Level level, std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  const std::lock_guard lock(writing);
  Logger().log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace bpf_exporter::log
