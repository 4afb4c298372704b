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

Place In(const std::string& binary) {
  Place place = On(config::ProbeKind::kUprobe, "work");
  place.binary = binary;
  return place;
}

TEST(Places, AreGlobsOfBinaries) {
  const Place glob = In("/opt/*/app"), path = In("/opt/a/app");
  EXPECT_TRUE(IsGlob(glob));
  EXPECT_FALSE(IsGlob(path));
  EXPECT_EQ(PatternOf(glob), "/opt/*/app");
  EXPECT_EQ(PlaceName(At(glob, "/opt/a/app")), "uprobe /opt/a/app:work");
  EXPECT_TRUE(DifferInBinaryOnly(glob, path));
  EXPECT_FALSE(Covers(glob, path));  // which files it takes is known on the host alone
  EXPECT_TRUE(Covers(path, path));
  Place other = path;
  other.targets = {"play"};
  EXPECT_FALSE(DifferInBinaryOnly(glob, other));
}

TEST(Places, ArePatternsOfFunctions) {
  const Place pattern = On(config::ProbeKind::kKprobe, "vfs_*");
  EXPECT_TRUE(HasFunctionPattern(pattern));
  EXPECT_FALSE(HasFunctionPattern(On(config::ProbeKind::kKprobe, "vfs_read")));
  EXPECT_FALSE(HasFunctionPattern(On(config::ProbeKind::kFentry, "vfs_*")));
  EXPECT_TRUE(Covers(pattern, On(config::ProbeKind::kKprobe, "vfs_read")));
  EXPECT_FALSE(Covers(pattern, On(config::ProbeKind::kKprobe, "vfs_read+4")));
  EXPECT_FALSE(Covers(pattern, On(config::ProbeKind::kKretprobe, "vfs_read")));
  EXPECT_FALSE(Covers(pattern, On(config::ProbeKind::kKprobe, "vfs_r*")));
  EXPECT_FALSE(Covers(On(config::ProbeKind::kKprobe, "vfs_read"), pattern));
  EXPECT_TRUE(NamesFunctions(pattern));
  EXPECT_FALSE(NamesFunctions(On(config::ProbeKind::kUprobe, "0x10")));
  EXPECT_FALSE(NamesFunctions(On(config::ProbeKind::kUprobe, "f+1")));
  EXPECT_FALSE(NamesFunctions(On(config::ProbeKind::kXdp, "lo")));
  EXPECT_EQ(WrongPattern("vfs_*+4"), "a pattern of functions takes no +OFFSET");
  EXPECT_EQ(WrongPattern("vfs_read+4"), "");
}

TEST(Places, CoverWhatTheyAreThemselvesAndWhatTheirGlobTakes) {
  const Place glob = On(config::ProbeKind::kTc, "e*"), name = On(config::ProbeKind::kTc, "eth0");
  EXPECT_TRUE(Covers(glob, glob));
  EXPECT_TRUE(Covers(glob, name));
  EXPECT_FALSE(Covers(name, glob));
  EXPECT_TRUE(Covers(name, At(glob, "eth0")));
  Place egress = name;
  egress.direction = "egress";
  EXPECT_FALSE(Covers(glob, egress));
  EXPECT_FALSE(Covers(glob, On(config::ProbeKind::kXdp, "eth0")));
}

}  // namespace
}  // namespace bpf_exporter::plan
