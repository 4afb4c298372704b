// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/configuration.h"

#include <fmt/core.h>

#include <filesystem>

#include "propose/constants.h"
#include "propose/map_sizes.h"
#include "propose/metric_lists.h"
#include "propose/names.h"
#include "propose/programs.h"
#include "propose/trial.h"
#include "propose/walk.h"

namespace bpf_exporter::propose {
namespace {

// Returns whether programs count in variables of that section: what is constant is a setting, and
// .kconfig is the kernel's.
bool IsCounted(const object::MapLayout& section) {
  if (section.value == nullptr) return false;
  return section.name.starts_with(".bss") || section.name.starts_with(".data");
}

// Returns whether the libraries that the program is built with made the map.
bool IsOfLibrary(const object::MapLayout& map) {
  return map.name.starts_with("__bpf_") || map.name.starts_with("bx_");
}

}  // namespace

Result<std::string> ProposeConfiguration(const object::ObjectLayout& object,
                                         const plan::ResolveOptions& options) {
  const std::string file = std::filesystem::path(object.path).filename().string();
  const std::string stem = file.substr(0, file.find('.'));
  Trial trial(object, options);
  std::string text = MapSizesText(object) + ProbesText(object, stem) + KaddrsText(object);
  if (std::string problem = trial.Problem(text, ""); !problem.empty()) {
    return Error{std::move(problem)};
  }
  trial.SetBase(text);
  text = ConstantsText(object, trial) + text;
  trial.SetBase(text);

  MetricLists lists(trial);
  for (const object::MapLayout& map : object.maps) {
    if (!IsOfLibrary(map)) lists.Add(map, CandidatesOf(object, map, stem));
  }
  for (const object::MapLayout& section : object.sections) {
    if (IsCounted(section)) lists.Add(section, CandidatesOf(object, section, stem));
  }
  lists.Finish();
  const std::string metrics = lists.Text();
  return fmt::format(
             "# Proposed by bpf_exporter init; comments say what is guessed.\n"
             "object: {}  # beside this file\n\n{}metrics:\n{}",
             Scalar(file), text,
             metrics.empty() ? "  counters: []  # nothing was found that can be shown\n"
                             : metrics) +
         lists.LeftOutText();
}

}  // namespace bpf_exporter::propose
