#include "check.h"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <set>

#include "config/parse.h"
#include "plan/families.h"
#include "read_plan.h"

namespace bpf_exporter {
namespace {

enum ExitCode { kFine = 0, kCannotWork = 3 };

ConfigSource FromFile(const std::string& path, const std::string& programs_dir) {
  std::string name = std::filesystem::path(path).filename().string();
  if (name.ends_with(".yaml")) name.resize(name.size() - 5);
  return {name, path, programs_dir};
}

Result<std::vector<ConfigSource>> Sources(const CheckOptions& options) {
  std::vector<ConfigSource> sources;
  for (const std::string& path : options.files)
    sources.push_back(FromFile(path, options.programs_dir));
  if (!sources.empty()) return sources;

  std::vector<std::string> names = options.names;
  if (names.empty()) {
    Result<std::vector<std::string>> listed = ListConfigs(options.config_dir);
    if (!listed) return listed.error();
    names = *std::move(listed);
  }
  if (names.empty()) return Error{fmt::format("no NAME.yaml in {}", Quoted(options.config_dir))};
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (const Status valid = ValidConfigName(name); !valid) return valid.error();
    if (!seen.insert(name).second)
      return Error{fmt::format("configuration {} is named twice", Quoted(name))};
    sources.push_back({name, options.config_dir + "/" + name + ".yaml", options.programs_dir});
  }
  return sources;
}

// Whether the configuration can work beside those that were accepted before; prints what it finds.
bool CheckOne(const ConfigSource& source, const ResolveOptions& options, DecoderContext& context,
              std::vector<std::unique_ptr<const ConfigPlan>>& accepted) {
  PlanReading reading = ReadPlan(source, options, context);
  if (reading.plan) {
    std::vector<const ConfigPlan*> before;
    for (const auto& plan : accepted) before.push_back(plan.get());
    if (const Status fits = CheckFamilies(before, *reading.plan); !fits) {
      Diagnostics clash(source.path, "");
      clash.Error({}, fits.error().text);
      reading.messages += clash.Render();
      reading.plan.reset();
    }
  }
  std::fputs(reading.messages.c_str(), stderr);
  if (!reading.plan) return false;
  fmt::print("{}: ok\n", source.path);
  std::fflush(stdout);
  accepted.push_back(std::make_unique<const ConfigPlan>(*std::move(reading.plan)));
  return true;
}

}  // namespace

int Check(const CheckOptions& options) {
  const Result<std::vector<ConfigSource>> sources = Sources(options);
  if (!sources) {
    fmt::print(stderr, "bpf_exporter: {}\n", sources.error().text);
    return kCannotWork;
  }
  const DecoderContextOwner context = MakeDecoderContext({});
  std::vector<std::unique_ptr<const ConfigPlan>> accepted;
  bool fine = true;
  for (const ConfigSource& source : *sources)
    fine = CheckOne(source, options.resolve, *context, accepted) && fine;
  return fine ? kFine : kCannotWork;
}

}  // namespace bpf_exporter
