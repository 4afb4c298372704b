// SPDX-License-Identifier: Apache-2.0
#include "config/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/fd.h"
#include "base/log.h"
#include "config/diagnostics.h"

namespace bpf_exporter::config {
namespace {

constexpr std::size_t kMaxFile = 1 << 20;
constexpr std::string_view kEnding = ".yaml";

Error TooLarge(const std::string& subject) {
  return Error{fmt::format("{}: more than {} bytes", subject, kMaxFile)};
}

Result<std::string> ReadAll(int fd, const std::string& subject) {
  std::string text;
  char buffer[65536];
  while (true) {
    const ssize_t got = read(fd, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoError(subject + ": read", errno);
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > kMaxFile) return TooLarge(subject);  // it grew since fstat
  }
}

}  // namespace

Result<std::string> ReadConfigFile(const std::string& path) {
  const std::string subject = fmt::format("configuration '{}'", path);
  // Without O_NONBLOCK opening a FIFO would wait for a writer.
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return ErrnoError(subject + ": open", errno);
  struct stat status = {};
  if (fstat(fd.get(), &status) != 0) return ErrnoError(subject + ": stat", errno);
  if (S_ISDIR(status.st_mode)) return Error{subject + ": is a directory", EISDIR};
  if (!S_ISREG(status.st_mode)) return Error{subject + ": is not a regular file", EINVAL};
  if (status.st_size > static_cast<off_t>(kMaxFile)) return TooLarge(subject);
  return ReadAll(fd.get(), subject);
}

Result<std::vector<std::string>> ListConfigs(const std::string& dir) {
  const std::string subject = fmt::format("configuration directory '{}'", dir);
  std::error_code code;
  std::filesystem::directory_iterator entry(dir, code);
  std::vector<std::string> names;
  for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
    const std::string file = entry->path().filename().string();
    if (file.starts_with('.') || !file.ends_with(kEnding)) continue;
    std::error_code status;
    if (entry->is_regular_file(status)) {
      names.push_back(file.substr(0, file.size() - kEnding.size()));
    } else {
      log::Warn("{}: '{}' is left out: not a regular file", subject, file);
    }
  }
  if (code) return ErrnoError(subject + ": open", code.value());
  std::sort(names.begin(), names.end());
  return names;
}

Status ValidConfigName(const std::string& name) {
  const auto refuse = [&](std::string_view reason) {
    return Error{fmt::format("configuration name {}: {}", Quoted(name), reason), EINVAL};
  };
  if (name.empty()) return refuse("is empty");
  if (name.front() == '/') return refuse("must be relative to the configuration directory");
  if (std::any_of(name.begin(), name.end(),
                  [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
    return refuse("has a control character");
  }
  for (const auto& part : std::filesystem::path(name)) {
    if (part == "..") return refuse("must not leave the configuration directory with '..'");
  }
  if (name.back() == '/') return refuse("ends in '/'");
  return {};
}

}  // namespace bpf_exporter::config
