// SPDX-License-Identifier: Apache-2.0
// Tests: plan_configs_test.cc
#include "app/check.h"

#include <fmt/core.h>

#include <cstdio>

#include "base/complain.h"
#include "base/size.h"
#include "loader/memory_limit.h"
#include "loader/plan_configs.h"

namespace bpf_exporter::app {
namespace {

std::string RowText(const plan::MapCharge& charge) {
  const plan::MapMemory& memory = charge.memory;
  std::string text =
      fmt::format("  {:>10}  {}: {}", SizeText(memory.at_most), charge.map, charge.shape);
  if (memory.at_once < memory.at_most) {
    text += fmt::format("; {} until it fills", SizeText(memory.at_once));
  }
  if (memory.for_each_owner > 0) {
    text += fmt::format("; and {} for each owner of a value", SizeText(memory.for_each_owner));
  }
  return text + '\n';
}

std::string MemoryText(const std::string& path, const std::vector<plan::MapCharge>& charges) {
  std::string text = fmt::format("{}: {} of kernel memory\n", path, SizeText(plan::Sum(charges)));
  for (const plan::MapCharge& charge : charges) text += RowText(charge);
  return text;
}

}  // namespace

ExitCode Check(const CheckOptions& options) {
  Result<std::vector<loader::ConfigSource>> sources =
      options.files.empty()
          ? loader::SourcesInDir(options.config_dir, options.names, options.programs_dir)
          : loader::SourcesOfFiles(options.files, options.programs_dir);
  if (!sources) {
    Complain(sources.error().Message());
    return kCannotWork;
  }
  if (const Status counts = loader::SetByCgroup(options.by_cgroup, *sources); !counts) {
    Complain(counts.error().In("--config.by-cgroup").Message());
    return kWrongUse;
  }
  plan::ChargeOptions charged;
  charged.machine = host::ReadMachine();
  charged.buffer_pages = options.buffer_pages;
  const plan::MemoryLimit limit = loader::LimitOf(options.max_memory, {});
  host::Host host;
  bool fine = true;
  for (const loader::PlannedConfig& config : loader::PlanConfigs(*sources, options.resolve, host)) {
    std::fputs(config.messages.c_str(), stderr);
    if (!config.plan) {
      fine = false;
      continue;
    }
    const std::vector<plan::MapCharge> charges = plan::ChargesOf(*config.plan, charged);
    if (const Status fits = plan::CheckCharges(charges, limit); fits) {
      fmt::print("{}: ok\n", config.source.path);
    } else {
      fmt::print(stderr, "{}: error: {}\n", config.source.path, fits.error().Message());
      fine = false;
    }
    if (options.memory) std::fputs(MemoryText(config.source.path, charges).c_str(), stdout);
    std::fflush(stdout);
  }
  return fine ? kFine : kCannotWork;
}

}  // namespace bpf_exporter::app
