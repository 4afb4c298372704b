// SPDX-License-Identifier: Apache-2.0
#include "plan/lint.h"

#include <gtest/gtest.h>

#include "unit/plan/resolved.h"

// That these are promtool's words, e2e/names_test.py shows.
namespace bpf_exporter::plan {
namespace {

using Problems = std::vector<std::string>;
using config::MetricKind;

TEST(Lint, FindsNothingWrongWithGoodNames) {
  EXPECT_EQ(LintName(MetricKind::kCounter, "p_read_bytes_total"), Problems{});
  EXPECT_EQ(LintName(MetricKind::kGauge, "p_thermometers"), Problems{});
  EXPECT_EQ(LintName(MetricKind::kHistogram, "p_wait_seconds"), Problems{});
  EXPECT_EQ(LintName(MetricKind::kGauge, "p_ms_"), Problems{"metric names should not contain "
                                                            "abbreviated units"});
}

TEST(Lint, NamesEachThingOnce) {
  EXPECT_EQ(LintName(MetricKind::kCounter, "p_readKilobytes_hours_count"),
            (Problems{"use base unit \"seconds\" instead of \"hours\"",
                      "counter metrics should have \"_total\" suffix",
                      "non-histogram and non-summary metrics should not have \"_count\" suffix",
                      "metric names should be written in 'snake_case' not 'camelCase'"}));
  EXPECT_EQ(LintName(MetricKind::kGauge, "p_things_bucket"),
            Problems{"non-histogram metrics should not have \"_bucket\" suffix"});
  EXPECT_EQ(LintName(MetricKind::kGauge, "p:kilobytes_gauge_x_total"),
            (Problems{"non-counter metrics should not have \"_total\" suffix",
                      "metric name should not include type 'gauge'",
                      "metric names should not contain ':'"}));
  EXPECT_EQ(LintLabel(MetricKind::kCounter, "le"),
            Problems{"non-histogram metrics should not have \"le\" label"});
  EXPECT_EQ(LintLabel(MetricKind::kHistogram, "quantile"),
            Problems{"non-summary metrics should not have \"quantile\" label"});
  EXPECT_EQ(LintLabel(MetricKind::kHistogram, "cgroupPath"),
            Problems{"label names should be written in 'snake_case' not 'camelCase'"});
}

constexpr const char* kMetrics =
    "metrics:\n  counters:\n    - {name: slots, help: Slots, labels: [{name: slotIndex, decoders: "
    "[{name: uint}]}]}\n";

std::string Messages(const std::string& before, bool lint) {
  ResolveOptions options = kUsualOptions;
  options.lint = lint;
  const Resolved resolved = ResolveYaml("t.yaml", before + kMetrics, options);
  EXPECT_TRUE(resolved.plan.has_value());
  return resolved.messages;
}

TEST(Lint, WarnsOfNamesAndLabelsWhereTheyAre) {
  EXPECT_EQ(Messages("", true),
            "t.yaml:3:14: warning: counter 'slots': counter metrics should have \"_total\" suffix\n"
            "      - {name: slots, help: Slots, labels: [{name: slotIndex, decoders: [{name: "
            "uint}]}]}\n"
            "               ^\n"
            "t.yaml:3:50: warning: counter 'slots': label names should be written in 'snake_case' "
            "not 'camelCase'\n"
            "      - {name: slots, help: Slots, labels: [{name: slotIndex, decoders: [{name: "
            "uint}]}]}\n"
            "                                                   ^\n");
}

TEST(Lint, IsOffWhereNobodyAsks) {
  EXPECT_EQ(Messages("", false), "");
  EXPECT_EQ(Messages("x-lint: off\n", true), "");
}

}  // namespace
}  // namespace bpf_exporter::plan
