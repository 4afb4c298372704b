// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "config/parse.h"
#include "host/host.h"
#include "object/read_layout.h"
#include "plan/families.h"
#include "propose/configuration.h"
#include "propose/guess.h"
#include "support/paths.h"

namespace bpf_exporter::propose {
namespace {

namespace fs = std::filesystem;

const plan::ResolveOptions kOptions = {"ebpf_exporter_", 100'000, {}};

// Objects that no loader opens.
const std::set<std::string> kUnreadable = {"no_maps.bpf.o", "legacy_map.bpf.o", "static_map.bpf.o",
                                           "variable_elsewhere.bpf.o"};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> ObjectsIn(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(BuildPath(folder))) {
    if (entry.path().string().ends_with(".bpf.o")) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// What is wrong with the configuration, as `check` would tell it: errors, and what counts twice.
std::string CheckOf(const object::ObjectLayout& layout, const std::string& yaml) {
  host::Host host;
  config::Diagnostics diagnostics("proposal.yaml", yaml);
  const auto config = config::ParseConfig("proposal", "proposal.yaml", yaml, diagnostics);
  if (config) {
    const auto plan = plan::Resolve(*config, layout, kOptions, host, diagnostics);
    if (plan) plan::CheckFamilies({}, *plan, diagnostics);
  }
  const std::string messages = diagnostics.Render();
  const bool twice = messages.find("it may be counted more than once") != std::string::npos;
  return twice || messages.find(": error: ") != std::string::npos ? messages : "";
}

TEST(Propose, ItsConfigurationsFitAllObjectsThatThereAre) {
  std::size_t objects = 0;
  for (const char* folder : {"programs", "tests/programs", "tests/e2e/compatibility"}) {
    for (const std::string& path : ObjectsIn(folder)) {
      object::ObjectLayout layout;
      if (Result<object::ObjectLayout> read = object::ReadObjectLayout(path); read) {
        layout = *std::move(read);
      } else {
        EXPECT_TRUE(kUnreadable.contains(fs::path(path).filename())) << read.error().Message();
        continue;
      }
      const Result<std::string> yaml = ProposeConfiguration(layout, kOptions);
      if (!yaml) {
        EXPECT_TRUE(path.ends_with("impossible.bpf.o")) << yaml.error().Message();
        continue;
      }
      EXPECT_EQ(CheckOf(layout, *yaml), "") << path << "\n" << *yaml;
      ++objects;
    }
  }
  EXPECT_GT(objects, 100u);
}

class ProposedText : public testing::TestWithParam<std::string> {};

// proposed/NAME.yaml is what is proposed for the object NAME of tests/programs.
TEST_P(ProposedText, IsTheWholeConfiguration) {
  const auto layout =
      object::ReadObjectLayout(BuildPath("tests/programs/" + GetParam() + ".bpf.o"));
  ASSERT_TRUE(layout.ok()) << layout.error().Message();
  const Result<std::string> proposed = ProposeConfiguration(*layout, kOptions);
  ASSERT_TRUE(proposed.ok()) << proposed.error().Message();
  EXPECT_EQ(*proposed, ReadFile(SourcePath("tests/unit/propose/proposed/" + GetParam() + ".yaml")));
}

TEST(Propose, SaysWhyNoConfigurationFits) {
  const auto layout = object::ReadObjectLayout(BuildPath("tests/programs/impossible.bpf.o"));
  ASSERT_TRUE(layout.ok()) << layout.error().Message();
  const Result<std::string> proposed = ProposeConfiguration(*layout, kOptions);
  ASSERT_FALSE(proposed.ok());
  EXPECT_EQ(proposed.error().Message(),
            "object 'impossible.bpf.o': map 'routes': lpm_trie maps need __uint(map_flags, "
            "BPF_F_NO_PREALLOC)");
}

INSTANTIATE_TEST_SUITE_P(Objects, ProposedText,
                         testing::Values("globals", "plan", "constants", "proposed"),
                         [](const auto& instance) { return instance.param; });

TEST(Guess, KnowsGaugesMomentsAndFillersByTheirWords) {
  EXPECT_TRUE(IsGaugeName("inflight"));
  EXPECT_TRUE(IsGaugeName("stats.queue_len"));
  EXPECT_FALSE(IsGaugeName("hits"));
  EXPECT_FALSE(IsGaugeName("lengthy"));
  EXPECT_TRUE(IsMomentName("start"));
  EXPECT_TRUE(IsMomentName("event.start_ts"));
  EXPECT_FALSE(IsMomentName("restarts"));
  EXPECT_FALSE(IsMomentName("entries"));
  EXPECT_TRUE(IsFirstValueName("initial_hist"));
  EXPECT_FALSE(IsFirstValueName("zeros"));
  EXPECT_TRUE(IsSumName("hist.total"));
  EXPECT_FALSE(IsSumName("bytes_total"));
  EXPECT_TRUE(IsPaddingName("__pad"));
  EXPECT_FALSE(IsPaddingName("padded"));
  EXPECT_EQ(SecondsIn("latency_us"), 1e-6);
  EXPECT_EQ(SecondsIn("bonus"), 0);
}

object::Type Int(std::uint32_t size) { return {object::Type::Kind::kInt, "u", size}; }

TEST(Guess, TakesADecoderOnlyWhereTheSizeFits) {
  EXPECT_EQ(GuessDecoder("cgroup_id", Int(8)).decoders, "[{name: cgroup}]");
  EXPECT_EQ(GuessDecoder("cgroup_id", Int(4)).decoders, "");
  EXPECT_EQ(GuessDecoder("key.ifindex", Int(4)).decoders, "[{name: ifname}]");
  EXPECT_EQ(GuessDecoder("ip", Int(4)).decoders, "[{name: inet_ip}]");
  EXPECT_EQ(GuessDecoder("ip", Int(8)).decoders, "[{name: ksym}]");
  EXPECT_EQ(GuessDecoder("dport", Int(2)).decoders, "[{name: netorder}]");
  EXPECT_EQ(GuessDecoder("errno", Int(4)).decoders, "[{name: errno}]");
  EXPECT_EQ(GuessDecoder("pid", Int(4)).decoders, "");
  object::Type bytes{object::Type::Kind::kArray, "u8[6]", 6};
  bytes.element = std::make_shared<object::Type>(Int(1));
  bytes.count = 6;
  EXPECT_EQ(GuessDecoder("mac", bytes).decoders, "[{name: mac}]");
  EXPECT_EQ(GuessDecoder("id", bytes).decoders, "[{name: hex}]");
}

}  // namespace
}  // namespace bpf_exporter::propose
