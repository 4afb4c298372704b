// SPDX-License-Identifier: Apache-2.0
// Tests: start_test.cc, failures_test.py
#include "loader/plan_configs.h"

#include <fmt/core.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>

#include "base/text.h"
#include "config/files.h"
#include "config/parse.h"

namespace bpf_exporter::loader {
namespace {

namespace fs = std::filesystem;

}  // namespace

Result<std::vector<ConfigSource>> SourcesInDir(const std::string& dir,
                                               std::vector<std::string> names,
                                               const std::string& programs_dir) {
  if (names.empty()) {
    Result<std::vector<std::string>> all = config::ListConfigs(dir);
    if (!all) return all.error();
    names = *std::move(all);
    if (names.empty()) return Error{fmt::format("no NAME.yaml in {}", Quoted(dir))};
  } else if (std::error_code error; !fs::is_directory(dir, error)) {
    return ErrnoError(fmt::format("configuration directory {}", Quoted(dir)),
                      error ? error.value() : ENOTDIR);
  }
  std::vector<ConfigSource> sources;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (const Status valid = config::ValidConfigName(name); !valid) return valid.error();
    if (!seen.insert(name).second) {
      return Error{fmt::format("configuration {} is named twice", Quoted(name))};
    }
    sources.push_back({name, dir + "/" + name + ".yaml", programs_dir});
  }
  return sources;
}

std::vector<ConfigSource> SourcesOfFiles(const std::vector<std::string>& files,
                                         const std::string& programs_dir) {
  std::vector<ConfigSource> sources;
  for (const std::string& path : files) {
    std::string name = fs::path(path).filename().string();
    if (name.ends_with(".yaml")) name.resize(name.size() - 5);
    sources.push_back({name, path, programs_dir});
  }
  return sources;
}

std::string DefaultProgramsDir() {
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return "";
  for (const fs::path& dir : {here / "programs", here.parent_path() / "lib" / "bpf_exporter"}) {
    if (fs::is_directory(dir, error)) return dir.string();
  }
  return "";
}

std::vector<PlannedConfig> PlanConfigs(const std::vector<ConfigSource>& sources,
                                       const plan::ResolveOptions& options, host::Host& host) {
  std::vector<PlannedConfig> planned;
  planned.reserve(sources.size());  // `accepted` points into it
  std::vector<const plan::ConfigPlan*> accepted;
  for (const ConfigSource& source : sources) {
    PlanReading reading = ReadPlan(source, options, host, accepted);
    const PlannedConfig& config = planned.emplace_back(
        PlannedConfig{source, std::move(reading.plan), std::move(reading.messages)});
    if (config.plan) accepted.push_back(&*config.plan);
  }
  return planned;
}

}  // namespace bpf_exporter::loader
