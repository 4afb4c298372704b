// SPDX-License-Identifier: Apache-2.0
#include "plan/place.h"

#include <gtest/gtest.h>

namespace bpf_exporter::plan {
namespace {

Place On(config::ProbeKind kind, const std::string& target) {
  Place place;
  place.kind = kind;
  place.targets = {target};
  return place;
}

TEST(Places, TakeInterfacesByNameOrGlob) {
  const Place glob = On(config::ProbeKind::kXdp, "veth[0-9]*");
  EXPECT_TRUE(IsGlob(glob));
  EXPECT_TRUE(Takes(glob, "veth0"));
  EXPECT_TRUE(Takes(glob, "veth12x"));
  EXPECT_FALSE(Takes(glob, "veth"));
  EXPECT_FALSE(Takes(glob, "eth0"));
  const Place name = On(config::ProbeKind::kSocketFilter, "lo");
  EXPECT_FALSE(IsGlob(name));
  EXPECT_TRUE(Takes(name, "lo"));
  EXPECT_FALSE(Takes(name, "lo0"));
}

TEST(Places, AreNoInterfacesWhereTheKindHasNone) {
  const Place probe = On(config::ProbeKind::kKprobe, "vfs_*");
  EXPECT_FALSE(IsOnInterface(probe));
  EXPECT_FALSE(IsGlob(probe));
  EXPECT_FALSE(Takes(probe, "vfs_read"));
  EXPECT_FALSE(IsOnInterface(Place()));
}

TEST(Places, CoverWhatTheyAreThemselvesAndWhatTheirGlobTakes) {
  const Place glob = On(config::ProbeKind::kTc, "e*"), name = On(config::ProbeKind::kTc, "eth0");
  EXPECT_TRUE(Covers(glob, glob));
  EXPECT_TRUE(Covers(glob, name));
  EXPECT_FALSE(Covers(name, glob));
  EXPECT_TRUE(Covers(name, AtInterface(glob, "eth0")));
  Place egress = name;
  egress.direction = "egress";
  EXPECT_FALSE(Covers(glob, egress));
  EXPECT_FALSE(Covers(glob, On(config::ProbeKind::kXdp, "eth0")));
}

}  // namespace
}  // namespace bpf_exporter::plan
