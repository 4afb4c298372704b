// SPDX-License-Identifier: Apache-2.0
#include "kernel/load/wanted_link.h"

#include <gtest/gtest.h>

namespace bpf_exporter::kernel {
namespace {

using config::ProbeKind;

plan::Place At(ProbeKind kind, const std::vector<std::string>& targets) {
  plan::Place place;
  place.kind = kind;
  place.targets = targets;
  return place;
}

std::optional<MultiLink> WantedAt(const std::vector<plan::Place>& places,
                                  const std::string& section = "uprobe") {
  plan::ProgramPlan plan;
  plan.section = section;
  plan.places = places;
  return WantedLink(plan);
}

TEST(WantedLinks, AreToManyFunctionsIfAllPlacesCanBeOne) {
  const plan::Place pattern = At(ProbeKind::kUprobe, {"f*"});
  EXPECT_EQ(WantedAt({pattern}), MultiLink::kUprobe);
  EXPECT_EQ(WantedAt({pattern, At(ProbeKind::kUretprobe, {"g"})}), MultiLink::kUprobe);
  EXPECT_EQ(WantedAt({At(ProbeKind::kKretprobe, {"f*"})}), MultiLink::kKprobe);
  plan::Place of_one_process = pattern;
  of_one_process.pid = 7;
  EXPECT_EQ(WantedAt({of_one_process}), std::nullopt);
  EXPECT_EQ(WantedAt({pattern, At(ProbeKind::kUprobe, {"g+4"})}), std::nullopt);
  EXPECT_EQ(WantedAt({pattern, At(ProbeKind::kUprobe, {"0x40"})}), std::nullopt);
  EXPECT_EQ(WantedAt({pattern, At(ProbeKind::kUprobe, {"malloc@GLIBC_2.2.5"})}), std::nullopt);
  EXPECT_EQ(WantedAt({pattern, At(ProbeKind::kUsdt, {"name"})}), std::nullopt);
  EXPECT_EQ(WantedAt({pattern, At(ProbeKind::kKprobe, {"f*"})}), std::nullopt);
  EXPECT_EQ(WantedAt({At(ProbeKind::kUprobe, {"f"})}), std::nullopt);
  EXPECT_EQ(WantedAt({plan::Place()}), std::nullopt);
  EXPECT_EQ(WantedAt({}), std::nullopt);
}

TEST(WantedLinks, AreOfSessionsBySection) {
  EXPECT_EQ(WantedAt({At(ProbeKind::kUprobe, {"f"})}, "uprobe.session/b:f"),
            MultiLink::kUprobeSession);
  EXPECT_EQ(WantedAt({At(ProbeKind::kKprobe, {"f*"})}, "kprobe.session"),
            MultiLink::kKprobeSession);
  EXPECT_EQ(WantedAt({}, "kprobe.session"), std::nullopt);
}

TEST(WantedLinks, OfSessionsAreExplainedWhereTheKernelHasNone) {
  plan::ProgramPlan plan;
  plan.section = "kprobe.session/vfs_read";
  EXPECT_EQ(WhyNoSession(plan, "6.1.0"),
            "section 'kprobe.session/vfs_read': kernel 6.1.0 runs no program at both the entry and "
            "the return of a function (Linux 6.10 with CONFIG_FPROBE); use two, SEC(\"kprobe/…\") "
            "and SEC(\"kretprobe/…\")");
  plan.section = "uprobe.session.s/b:f";
  EXPECT_EQ(WhyNoSession(plan, "6.1.0"),
            "section 'uprobe.session.s/b:f': kernel 6.1.0 runs no program at both the entry and "
            "the return of a function (Linux 6.13); use two, SEC(\"uprobe/…\") and "
            "SEC(\"uretprobe/…\")");
  plan.section = "uprobe.multi/b:f";
  EXPECT_EQ(WhyNoSession(plan, "6.1.0"), "");
}

}  // namespace
}  // namespace bpf_exporter::kernel
