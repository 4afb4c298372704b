// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/core.h>

#include <mutex>
#include <string_view>
#include <utility>

// Log lines on standard error, which never wait for its reader. Any thread. A line is one subject.
namespace bpf_exporter::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// Say which lines are written, and whether with the time. Call before other threads exist.
void SetLevel(Level least);
void SetTimestamps(bool on);

// Writes one line; control characters in `text` are shown as \xNN, so that a line stays a line.
void Write(Level level, std::string_view text);
bool Enabled(Level level);

// Keeps other threads from writing while it is held: a process that is forked then can write.
std::unique_lock<std::mutex> Hold();

template <typename... Args>
void Debug(fmt::format_string<Args...> format, Args&&... args) {
  if (Enabled(Level::kDebug)) {
    Write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <typename... Args>
void Info(fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void Warn(fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kWarning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void Error(fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace bpf_exporter::log
