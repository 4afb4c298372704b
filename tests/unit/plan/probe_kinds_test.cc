// SPDX-License-Identifier: Apache-2.0
#include "plan/probe_kinds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config/accepted.h"

namespace bpf_exporter::plan {
namespace {

TEST(ProbeKinds, AreTheKeysOfAnEntry) {
  std::vector<std::string> keys;
  for (const ProbeKindInfo& info : ProbeKinds()) keys.emplace_back(info.key);
  const std::vector<config::Accepted> accepted = config::AcceptedKeys();
  const auto probe =
      std::find_if(accepted.begin(), accepted.end(),
                   [](const config::Accepted& mapping) { return mapping.name == "probe"; });
  ASSERT_NE(probe, accepted.end());
  std::vector<std::string> kinds(probe->words.begin() + 3, probe->words.end());
  EXPECT_EQ(keys, kinds);
}

TEST(ProbeKinds, AreNamedBySections) {
  EXPECT_EQ(KindOfSection("tp_btf/sched_switch"), config::ProbeKind::kRawTracepoint);
  EXPECT_EQ(KindOfSection("fentry.s/f"), config::ProbeKind::kFentry);
  EXPECT_EQ(KindOfSection("kretprobe"), config::ProbeKind::kKretprobe);
  EXPECT_EQ(KindOfSection("fmod_ret/f"), std::nullopt);
  EXPECT_EQ(KindOfSection("cgroup_skb/ingress"), std::nullopt);
}

TEST(ProbeKinds, FindTheInterfaceOfASection) {
  EXPECT_EQ(InterfaceOfXdpSection("xdp/eth0"), "eth0");
  EXPECT_EQ(InterfaceOfXdpSection("xdp"), "");
  EXPECT_EQ(InterfaceOfXdpSection("xdp/"), "");
  EXPECT_EQ(InterfaceOfXdpSection("xdp.frags/eth0"), "");
  EXPECT_EQ(InterfaceOfXdpSection("xdp/devmap"), "");
  EXPECT_EQ(InterfaceOfXdpSection("xdp/cpumap"), "");
}

}  // namespace
}  // namespace bpf_exporter::plan
