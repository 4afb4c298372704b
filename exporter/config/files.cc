// SPDX-License-Identifier: Apache-2.0
#include "config/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "base/utf8.h"

namespace bpf_exporter::config {
namespace {

constexpr std::size_t kMaxFile = 1 << 20;
constexpr std::array<std::string_view, 2> kEndings = {".yaml", ".yml"};

// Returns which ending of a configuration the file's name has; empty if it has none.
std::string_view EndingOf(std::string_view file) {
  for (const std::string_view ending : kEndings) {
    if (file.ends_with(ending)) return ending;
  }
  return {};
}

}  // namespace

Result<std::string> ReadConfigFile(const std::string& path) {
  Result<std::string> text = ReadRegularFile(path, kMaxFile);
  if (text || !text.error().context.empty()) return text;
  const int code = text.error().code;
  return code == EFBIG ? Error("open", fmt::format("it has more than {} bytes", kMaxFile), code)
                       : Error("open", "it " + text.error().cause, code);
}

std::string ConfigName(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  name.resize(name.size() - EndingOf(name).size());
  return name;
}

Result<std::vector<std::string>> ListConfigs(const std::string& dir) {
  const std::string subject = fmt::format("configuration directory '{}'", dir);
  std::error_code code;
  std::filesystem::directory_iterator entry(dir, code);
  std::vector<std::string> names;
  for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
    const std::string file = entry->path().filename().string();
    if (file.starts_with('.') || EndingOf(file).empty()) continue;
    const std::string name = ConfigName(file);
    std::error_code status;
    if (!entry->is_regular_file(status)) {
      log::Warn("{}: '{}' is left out: not a regular file", subject, file);
    } else if (const Status valid = ValidConfigName(name); !valid) {
      log::Warn("{}: a file is left out: {}", subject, valid.error().Message());
    } else {
      names.push_back(name);
    }
  }
  if (code) return ErrnoError(subject + ": open", code.value());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<std::string> FindConfig(const std::string& dir, const std::string& name) {
  const std::string stem = dir + "/" + name;
  std::vector<std::string> there;
  for (const std::string_view ending : kEndings) {
    std::error_code ignored;
    std::string path = stem + std::string(ending);
    if (std::filesystem::is_regular_file(path, ignored)) there.push_back(std::move(path));
  }
  if (there.size() > 1) {
    return Error{
        fmt::format("configuration '{}' is there twice: '{}' and '{}'", name, there[0], there[1])};
  }
  return there.empty() ? stem + std::string(kEndings.front()) : there.front();
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
  if (!IsValidUtf8(name)) return refuse("is not UTF-8");  // it becomes a label
  for (const auto& part : std::filesystem::path(name)) {
    if (part == "..") return refuse("must not leave the configuration directory with '..'");
  }
  if (name.back() == '/') return refuse("ends in '/'");
  return {};
}

}  // namespace bpf_exporter::config
