// SPDX-License-Identifier: Apache-2.0
#include "metrics/status_figures.h"

#include <gtest/gtest.h>

#include "metrics/self_metrics.h"

namespace bpf_exporter::metrics {
namespace {

ConfigStatus Config(bool attached) {
  ConfigStatus config{.name = "one", .up = attached};
  config.programs.push_back({.name = "count", .attached = attached, .id = 7});
  return config;
}

// The value of the only series of that family.
double ValueOf(SelfMetrics& self, const std::string& name) {
  for (const FamilySnapshot& family : self.Snapshot()) {
    if (family.name() != name) continue;
    double value = -1;
    family.ForEachSample([&](const Sample& sample) { value = sample.value().AsDouble(); });
    return value;
  }
  return -1;
}

TEST(StatusFigures, SetWhatChanged) {
  Statuses statuses({Config(false)});
  SelfMetrics self("x_", *statuses.Now(), {});
  StatusFigures figures(statuses);
  figures.Report(self);
  EXPECT_EQ(ValueOf(self, "x_config_up"), 0);
  EXPECT_EQ(ValueOf(self, "x_programs_missed"), 1);
  EXPECT_EQ(ValueOf(self, "x_ebpf_program_attached"), 0);
  statuses.Publish({Config(true)});
  figures.Report(self);
  EXPECT_EQ(ValueOf(self, "x_config_up"), 1);
  EXPECT_EQ(ValueOf(self, "x_programs_missed"), 0);
  EXPECT_EQ(ValueOf(self, "x_ebpf_program_attached"), 1);
}

// The values of a label in that family.
std::vector<std::string> LabelsOf(SelfMetrics& self, const std::string& name,
                                  std::string_view label) {
  std::vector<std::string> values;
  for (const FamilySnapshot& family : self.Snapshot()) {
    if (family.name() != name) continue;
    family.ForEachSample([&](const Sample& sample) {
      sample.labels().ForEachLabel([&](std::string_view one, std::string_view value) {
        if (one == label) values.emplace_back(value);
      });
    });
  }
  return values;
}

TEST(StatusFigures, ForgetProgramsThatWereLoadedAgain) {
  Statuses statuses({Config(true)});
  SelfMetrics self("x_", *statuses.Now(), {});
  StatusFigures figures(statuses);
  figures.Report(self);
  EXPECT_EQ(ValueOf(self, "x_config_process_restarts_total"), -1);
  self.Set(kProgramRunCount, {"7"}, 5);
  ConfigStatus again = Config(true);
  again.programs[0].id = 9;
  again.restarts = 1;
  statuses.Publish({again});
  self.Set(kProgramRunCount, {"9"}, 1);
  figures.Report(self);
  EXPECT_EQ(ValueOf(self, "x_config_process_restarts_total"), 1);
  for (const char* family :
       {"x_ebpf_program_info", "x_ebpf_program_attached", "x_ebpf_program_run_count_total"}) {
    EXPECT_EQ(LabelsOf(self, family, "id"), std::vector<std::string>{"9"}) << family;
  }
}

}  // namespace
}  // namespace bpf_exporter::metrics
