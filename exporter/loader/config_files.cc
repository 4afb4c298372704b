// SPDX-License-Identifier: Apache-2.0
// Tests: start_test.cc, plan_configs_test.cc, failures_test.py
#include "loader/config_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>

#include "base/text.h"
#include "config/files.h"

namespace bpf_exporter::loader {
namespace {

namespace fs = std::filesystem;

constexpr const char* kObject = ".bpf.o";

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

Result<std::vector<ConfigSource>> SourcesInDir(const std::string& dir,
                                               std::vector<std::string> names,
                                               const std::string& programs_dir) {
  if (names.empty()) {
    Result<std::vector<std::string>> all = config::ListConfigs(dir);
    if (!all) return all.error();
    names = *std::move(all);
    if (names.empty()) return Error{fmt::format("no NAME.yaml or NAME.yml in {}", Quoted(dir))};
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
    ConfigSource source;
    source.name = name;
    source.programs_dir = programs_dir;
    if (Result<std::string> path = config::FindConfig(dir, name)) {
      source.path = *std::move(path);
    } else {
      source.path = fmt::format("{}/{}.yaml", dir, name);
      source.problem = path.error().Message();
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<ConfigSource> SourcesOfFiles(const std::vector<std::string>& files,
                                         const std::string& programs_dir) {
  std::vector<ConfigSource> sources;
  for (const std::string& path : files) {
    sources.push_back({config::ConfigName(path), path, programs_dir});
  }
  return sources;
}

Status SetByCgroup(const std::vector<std::string>& names, std::vector<ConfigSource>& sources) {
  for (const std::string& name : names) {
    const auto source = std::find_if(sources.begin(), sources.end(),
                                     [&](const ConfigSource& one) { return one.name == name; });
    if (source == sources.end()) {
      std::vector<std::string> known;
      for (const ConfigSource& one : sources) known.push_back(one.name);
      return Error{fmt::format("configuration {} is not among those that run{}", Quoted(name),
                               DidYouMean(name, known))};
    }
    source->by_cgroup = true;
  }
  return {};
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

Result<std::string> FindObject(const ConfigSource& source, const config::Config& config) {
  const fs::path yaml(source.path);
  std::string name = config.object.value;
  if (name.empty()) name = config::ConfigName(source.path) + kObject;
  const fs::path beside = yaml.parent_path() / name;  // the name itself if it is absolute
  if (Exists(beside)) return beside.string();
  if (fs::path(name).is_absolute()) {
    return Error{fmt::format("object {} is not there", Quoted(name))};
  }
  if (source.programs_dir.empty()) {
    return Error{
        fmt::format("object {} is not beside this file; --programs.dir can name another "
                    "place",
                    Quoted(name))};
  }
  const fs::path among = fs::path(source.programs_dir) / name;
  if (Exists(among)) return among.string();
  return Error{fmt::format("object {} is neither beside this file nor in {}", Quoted(name),
                           Quoted(source.programs_dir))};
}

}  // namespace bpf_exporter::loader
