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
    EXPECT_EQ(config.probes[i].program.value, std::string(1, static_cast<char>('a' + i)));
    EXPECT_EQ(static_cast<int>(i) + 2, config.probes[i].at.line);
    EXPECT_EQ(config.probes[i].at.column, 18);
    EXPECT_EQ(i == 10, config.probes[i].optional);
  }
}

TEST(Probes, ReadsOneTargetAndAlternatives) {
  const std::vector<ProbeSpec> probes = ParseGood("good/every_probe.yaml").probes;
  ASSERT_EQ(probes.size(), 15u);
  EXPECT_EQ(Values(probes[0].targets),
            (std::vector<std::string>{"sched/sched_switch", "sched/sched_wakeup"}));
  EXPECT_EQ(Values(probes[1].targets), std::vector<std::string>{"sys_enter"});
  EXPECT_EQ(Values(probes[3].targets), std::vector<std::string>{"vfs_read"});
}

TEST(Probes, ReadsTheMapForms) {
  const std::vector<ProbeSpec> probes = ParseGood("good/every_probe.yaml").probes;
  ASSERT_EQ(probes.size(), 15u);
  using Names = std::vector<std::string>;
  ASSERT_EQ(probes[7].binaries.size(), 1u);
  EXPECT_EQ(probes[7].binaries[0].value, "/bin/bash");
  EXPECT_EQ(Values(probes[7].targets), Names{"readline"});
  EXPECT_EQ(probes[7].pid, 42);
  EXPECT_FALSE(probes[8].pid);
  EXPECT_EQ(probes[9].provider.value, "libc");
  EXPECT_EQ(Values(probes[9].targets), Names{"setjmp"});
  EXPECT_EQ(Values(probes[10].targets), Names{"cpu-cycles"});
  EXPECT_EQ(probes[10].frequency, 99u);
  EXPECT_EQ(Values(probes[11].targets), Names{"eth0"});
  EXPECT_EQ(probes[12].direction.value, "egress");
  EXPECT_EQ(Values(probes[13].targets), Names{"lo"});
  EXPECT_EQ(Values(probes[14].targets), Names{"/sys/fs/cgroup"});
  EXPECT_EQ(probes[14].type.value, "ingress");
}

TEST(Probes, ReadsSeveralPlaces) {
  using Names = std::vector<std::string>;
  const std::vector<ProbeSpec> probes = ParseGood("good/probes_in_places.yaml").probes;
  ASSERT_EQ(probes.size(), 7u);
  const std::pair<Names, bool> expected[] = {
      {{"sched/sched_switch", "sched/sched_wakeup"}, true},
      {{"do_exit"}, true},
      {{"readline", "readline2"}, false},
      {{"setjmp", "longjmp"}, true},
      {{"eth0", "veth*"}, true},
      {{"veth_of_containers*"}, true},
      {{"/sys/fs/cgroup", "system.slice"}, true},
  };
  EXPECT_EQ(Values(probes[2].binaries), (Names{"/bin/bash", "/opt/*/bash"}));
  for (std::size_t i = 0; i < probes.size(); ++i) {
    EXPECT_EQ(Values(probes[i].targets), expected[i].first) << i;
    EXPECT_EQ(probes[i].every_target, expected[i].second) << i;
  }
}

// "a", or of several that belong together "b+c".
std::string Shown(const EitherOfSpec& group) {
  std::string text;
  for (const std::vector<Text>& alternative : group.alternatives) {
    text += text.empty() ? "" : " | ";
    for (const Text& name : alternative) {
      text += (name.at.column == alternative.front().at.column ? "" : "+") + name.value;
    }
  }
  return text + (group.optional ? " optional" : "");
}

TEST(Probes, ReadsGroupsOfWhichOneIsEnough) {
  const Config config = ParseGood("good/either_of.yaml");
  ASSERT_EQ(config.either_of.size(), 2u);
  EXPECT_EQ(Shown(config.either_of[0]), "by_btf | by_raw");
  EXPECT_EQ(Shown(config.either_of[1]), "fentry+fexit | kprobe+kretprobe | other optional");
  EXPECT_EQ(config.either_of[1].at.line, 3);
  EXPECT_EQ(config.either_of[1].at.column, 5);
}

TEST(Probes, ReadsWhatIsMeantToRunBoth) {
  const Config config = ParseGood("good/either_of.yaml");
  ASSERT_EQ(config.both.size(), 1u);
  EXPECT_EQ(Values(config.both[0]), (std::vector<std::string>{"start", "end"}));
}

TEST(Probes, ReadsWhatStaysOut) {
  const Config config = ParseGood("good/either_of.yaml");
  ASSERT_EQ(config.probes.size(), 3u);
  EXPECT_TRUE(config.probes[0].disabled);
  EXPECT_EQ(config.probes[0].at.line, 0) << "no kind";
  EXPECT_TRUE(config.probes[1].disabled);
  EXPECT_EQ(config.probes[1].at.line, 7);
  EXPECT_FALSE(config.probes[2].disabled);
}

}  // namespace
}  // namespace bpf_exporter::config
