// SPDX-License-Identifier: Apache-2.0
// Tests: plan_configs_test.cc, start_test.cc, failures_test.py
#include "loader/plan_configs.h"

#include <algorithm>
#include <utility>

#include "config/files.h"
#include "config/parse.h"
#include "object/read_layout.h"
#include "plan/families.h"

namespace bpf_exporter::loader {
namespace {

// Joins a configuration and its object. Nothing if `diagnostics` says why that cannot be.
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

// Sets a constant to true, whatever the file says: --config.by-cgroup is for those who cannot, or
// do not want to, change a packaged file.
void SetTrue(const std::string& name, std::vector<config::ConstantSpec>& constants) {
  auto constant =
      std::find_if(constants.begin(), constants.end(),
                   [&](const config::ConstantSpec& one) { return one.name.value == name; });
  if (constant == constants.end()) {
    config::ConstantSpec added;
    added.name.value = name;
    constant = constants.insert(constant, std::move(added));
  }
  config::ConstantValue value;
  value.text = {"true", constant->at};
  constant->values = {std::move(value)};
  constant->list = false;
}

// Returns what is wrong with a file that cannot be read, in the form of what is wrong inside of it.
std::string Unread(const std::string& path, const std::string& problem) {
  config::Diagnostics diagnostics(path, "");
  diagnostics.Error({}, problem);
  return diagnostics.Render();
}

// Plans one configuration. Its metrics must not clash with those of `before`.
PlannedConfig PlanConfig(const ConfigSource& source, const plan::ResolveOptions& options,
                         host::Host& host, const std::vector<const plan::ConfigPlan*>& before) {
  if (!source.problem.empty()) return {source, std::nullopt, Unread(source.path, source.problem)};
  const Result<std::string> text = config::ReadConfigFile(source.path);
  if (!text) return {source, std::nullopt, Unread(source.path, text.error().Message())};
  PlannedConfig planned{source, std::nullopt, ""};
  config::Diagnostics diagnostics(source.path, *text);
  if (std::optional<config::Config> config =
          config::ParseConfig(source.name, source.path, *text, diagnostics)) {
    if (source.by_cgroup) SetTrue("by_cgroup", config->constants);
    planned.plan = Join(source, *config, options, host, diagnostics);
  }
  if (planned.plan) {
    plan::CheckFamilies(before, *planned.plan, diagnostics);
    if (diagnostics.has_errors()) planned.plan.reset();
  }
  planned.messages = diagnostics.Render();
  return planned;
}

}  // namespace

std::vector<PlannedConfig> PlanConfigs(const std::vector<ConfigSource>& sources,
                                       const plan::ResolveOptions& options, host::Host& host) {
  std::vector<PlannedConfig> planned;
  planned.reserve(sources.size());  // `accepted` points into it
  std::vector<const plan::ConfigPlan*> accepted;
  for (const ConfigSource& source : sources) {
    const PlannedConfig& config = planned.emplace_back(PlanConfig(source, options, host, accepted));
    if (config.plan) accepted.push_back(&*config.plan);
  }
  return planned;
}

}  // namespace bpf_exporter::loader
