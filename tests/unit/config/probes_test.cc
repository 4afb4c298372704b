// SPDX-License-Identifier: Apache-2.0
#include "unit/config/parsed.h"

namespace bpf_exporter::config {
namespace {

std::vector<std::string> Values(const std::vector<Text>& texts) {
  std::vector<std::string> values;
  for (const Text& text : texts) values.push_back(text.value);
  return values;
}

TEST(Probes, ReadsEveryKind) {
  const Config config = ParseGood("good/every_probe.yaml");
  const std::vector<ProbeKind> kinds = {
      ProbeKind::kTracepoint, ProbeKind::kRawTracepoint, ProbeKind::kKprobe,
      ProbeKind::kKretprobe,  ProbeKind::kFentry,        ProbeKind::kFexit,
      ProbeKind::kLsm,        ProbeKind::kUprobe,        ProbeKind::kUretprobe,
      ProbeKind::kUsdt,       ProbeKind::kPerfEvent,     ProbeKind::kXdp,
      ProbeKind::kTc,         ProbeKind::kSocketFilter,  ProbeKind::kCgroup};
  ASSERT_EQ(kinds.size(), config.probes.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    EXPECT_EQ(kinds[i], config.probes[i].kind) << i;
    EXPECT_EQ(std::string(1, static_cast<char>('a' + i)), config.probes[i].program.value);
    EXPECT_EQ(static_cast<int>(i) + 2, config.probes[i].at.line);
    EXPECT_EQ(18, config.probes[i].at.column);
    EXPECT_EQ(i == 10, config.probes[i].optional);
  }
}

TEST(Probes, ReadsOneTargetAndAlternatives) {
  const std::vector<ProbeSpec> probes = ParseGood("good/every_probe.yaml").probes;
  ASSERT_EQ(15u, probes.size());
  EXPECT_EQ((std::vector<std::string>{"sched/sched_switch", "sched/sched_wakeup"}),
            Values(probes[0].targets));
  EXPECT_EQ(std::vector<std::string>{"sys_enter"}, Values(probes[1].targets));
  EXPECT_EQ(std::vector<std::string>{"vfs_read"}, Values(probes[3].targets));
}

TEST(Probes, ReadsTheMapForms) {
  const std::vector<ProbeSpec> probes = ParseGood("good/every_probe.yaml").probes;
  ASSERT_EQ(15u, probes.size());
  using Names = std::vector<std::string>;
  ASSERT_EQ(1u, probes[7].binaries.size());
  EXPECT_EQ("/bin/bash", probes[7].binaries[0].value);
  EXPECT_EQ(Names{"readline"}, Values(probes[7].targets));
  EXPECT_EQ(42, probes[7].pid);
  EXPECT_FALSE(probes[8].pid);
  EXPECT_EQ("libc", probes[9].provider.value);
  EXPECT_EQ(Names{"setjmp"}, Values(probes[9].targets));
  EXPECT_EQ(Names{"cpu-cycles"}, Values(probes[10].targets));
  EXPECT_EQ(99u, probes[10].frequency);
  EXPECT_EQ(Names{"eth0"}, Values(probes[11].targets));
  EXPECT_EQ("egress", probes[12].direction.value);
  EXPECT_EQ(Names{"lo"}, Values(probes[13].targets));
  EXPECT_EQ(Names{"/sys/fs/cgroup"}, Values(probes[14].targets));
  EXPECT_EQ("ingress", probes[14].type.value);
}

TEST(Probes, ReadsSeveralPlaces) {
  using Names = std::vector<std::string>;
  const std::vector<ProbeSpec> probes = ParseGood("good/probes_in_places.yaml").probes;
  ASSERT_EQ(7u, probes.size());
  const std::pair<Names, bool> expected[] = {
      {{"sched/sched_switch", "sched/sched_wakeup"}, true},
      {{"do_exit"}, true},
      {{"readline", "readline2"}, false},
      {{"setjmp", "longjmp"}, true},
      {{"eth0", "veth*"}, true},
      {{"veth_of_containers*"}, true},
      {{"/sys/fs/cgroup", "system.slice"}, true},
  };
  EXPECT_EQ((Names{"/bin/bash", "/opt/*/bash"}), Values(probes[2].binaries));
  for (std::size_t i = 0; i < probes.size(); ++i) {
    EXPECT_EQ(expected[i].first, Values(probes[i].targets)) << i;
    EXPECT_EQ(expected[i].second, probes[i].every_target) << i;
  }
}

}  // namespace
}  // namespace bpf_exporter::config
