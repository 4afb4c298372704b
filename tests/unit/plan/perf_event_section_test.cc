// SPDX-License-Identifier: Apache-2.0
#include "plan/perf_event_section.h"

#include <gtest/gtest.h>

namespace bpf_exporter::plan {
namespace {

std::string ErrorOf(std::string_view section) {
  const auto event = ParsePerfEventSection(section);
  if (!event) return "not a perf_event section";
  return event->ok() ? "" : event->error().Message();
}

TEST(PerfEventSection, HasTypeConfigAndFrequency) {
  const auto event = ParsePerfEventSection("perf_event/type=0,config=3,frequency=99");
  ASSERT_TRUE(event && event->ok());
  EXPECT_EQ(event->value().type, 0u);
  EXPECT_EQ(event->value().config, 3u);
  EXPECT_EQ(event->value().frequency, 99u);
}

TEST(PerfEventSection, CountsWithoutAFrequencyAndInAnyOrder) {
  const auto event = ParsePerfEventSection("perf_event/config=18446744073709551615,type=4");
  ASSERT_TRUE(event && event->ok());
  EXPECT_EQ(event->value().type, 4u);
  EXPECT_EQ(event->value().config, UINT64_MAX);
  EXPECT_EQ(event->value().frequency, 0u);
}

TEST(PerfEventSection, TakesWhatIsNotNamedForZero) {
  const auto clock = ParsePerfEventSection("perf_event/type=1,frequency=99");
  ASSERT_TRUE(clock && clock->ok());
  EXPECT_EQ(clock->value().type, 1u);
  EXPECT_EQ(clock->value().config, 0u);
  const auto cycles = ParsePerfEventSection("perf_event/frequency=99");
  ASSERT_TRUE(cycles && cycles->ok());
  EXPECT_EQ(cycles->value().type, 0u);
  EXPECT_EQ(cycles->value().frequency, 99u);
}

TEST(PerfEventSection, IsNotEverySection) {
  EXPECT_EQ(ErrorOf("perf_event"), "not a perf_event section");
  EXPECT_EQ(ErrorOf("xdp/lo"), "not a perf_event section");
}

TEST(PerfEventSection, SaysWhatIsWrong) {
  constexpr const char* kForm = "; it reads perf_event/type=T,config=C,frequency=F";
  const std::pair<const char*, const char*> wrong[] = {
      {"", "nothing is named"},
      {"type=1,config", "'config' is not KEY=NUMBER"},
      {"type=1,config=0x3", "'config=0x3' is not KEY=NUMBER"},
      {"type=1,config=-3", "'config=-3' is not KEY=NUMBER"},
      {"type=1,config=", "'config=' is not KEY=NUMBER"},
      {"type=1,config=1,,", "'' is not KEY=NUMBER"},
      {"type=1,config=1,period=2", "unknown key 'period'"},
      {"type=1,type=1,config=1", "'type' is given twice"},
      {"type=4294967296,config=1", "the type is too large"},
  };
  for (const auto& [rest, why] : wrong) {
    const std::string section = std::string("perf_event/") + rest;
    EXPECT_EQ(ErrorOf(section), "section '" + section + "': " + why + kForm);
  }
}

}  // namespace
}  // namespace bpf_exporter::plan
