// SPDX-License-Identifier: Apache-2.0
#include "plan/example_place.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "config/parse.h"
#include "object/sections.h"

namespace bpf_exporter::plan {
namespace {

TEST(ExamplePlaces, AreOfEverySectionThatAnEntryAttaches) {
  for (const object::SectionInfo& section : object::Sections()) {
    const bool by_entry =
        section.use == object::SectionUse::kTarget || section.use == object::SectionUse::kEntry;
    const std::string place = ExamplePlace(section.name);
    EXPECT_EQ(!place.empty(), by_entry) << section.name;
    if (place.empty()) continue;
    const std::string yaml = fmt::format(
        "probes:\n  - {{program: p, {}}}\nmetrics: {{counters: [{{name: n, help: h}}]}}\n", place);
    config::Diagnostics diagnostics("t.yaml", yaml);
    EXPECT_TRUE(config::ParseConfig("t", "t.yaml", yaml, diagnostics)) << diagnostics.Render();
  }
}

TEST(ExamplePlaces, HaveTheDirectionOfTheSection) {
  EXPECT_EQ(ExamplePlace("tcx/egress"), "tc: {interface: eth0, direction: egress}");
  EXPECT_EQ(ExamplePlace("tc/ingress"), "tc: {interface: eth0, direction: ingress}");
  EXPECT_EQ(ExamplePlace("kprobe.multi/f"), "kprobe: FUNCTION");
  EXPECT_EQ(ExamplePlace("no_such_section"), "");
}

}  // namespace
}  // namespace bpf_exporter::plan
