// SPDX-License-Identifier: Apache-2.0
#include "loader/read_plan.h"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "config/files.h"
#include "config/parse.h"
#include "kernel/load/object.h"
#include "object/read_layout.h"
#include "plan/families.h"

namespace bpf_exporter::loader {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kYaml = ".yaml";
constexpr const char* kObject = ".bpf.o";

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// As written or NAME.bpf.o, beside the YAML file or else among the programs.
Result<std::string> FindObject(const ConfigSource& source, const config::Config& config) {
  const fs::path yaml(source.path);
  std::string name = config.object.value;
  if (name.empty()) {
    name = yaml.filename().string();
    if (name.ends_with(kYaml)) name.resize(name.size() - kYaml.size());
    name += kObject;
  }
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

std::optional<plan::ConfigPlan> Join(const ConfigSource& source, const config::Config& config,
                                     const plan::ResolveOptions& options, host::Host& host,
                                     config::Diagnostics& diagnostics) {
  const config::Position at = config.object.at;
  const Result<std::string> path = FindObject(source, config);
  if (!path) {
    diagnostics.Error(at, path.error().Message());
    return std::nullopt;
  }
  Result<object::ObjectLayout> object = object::ReadObjectLayout(*path);
  if (!object) {
    diagnostics.Error(at, object.error().Message());
    return std::nullopt;
  }
  return plan::Resolve(config, *std::move(object), options, host, diagnostics);
}

}  // namespace

PlanReading ReadPlan(const ConfigSource& source, const plan::ResolveOptions& options,
                     host::Host& host, const std::vector<const plan::ConfigPlan*>& before) {
  PlanReading reading;
  const Result<std::string> text = config::ReadConfigFile(source.path);
  if (!text) {
    reading.messages = text.error().Message() + "\n";
    return reading;
  }
  config::Diagnostics diagnostics(source.path, *text);
  if (std::optional<config::Config> config =
          config::ParseConfig(source.name, source.path, *text, diagnostics)) {
    reading.plan = Join(source, *config, options, host, diagnostics);
  }
  if (reading.plan) {
    plan::CheckFamilies(before, *reading.plan, diagnostics);
    if (diagnostics.has_errors()) reading.plan.reset();
  }
  reading.messages = diagnostics.Render();
  return reading;
}

}  // namespace bpf_exporter::loader
