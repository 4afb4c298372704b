// SPDX-License-Identifier: Apache-2.0
#include "loader/plan_configs.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/check.h"
#include "host/host.h"
#include "support/paths.h"
#include "support/temporary_folder.h"

namespace bpf_exporter::loader {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMetrics =
    "metrics: {counters: [{name: slots, help: Slots, labels: [slot]}]}\n";
const fs::path kObject = BuildPath("tests/programs/plan.bpf.o");

class PlanConfigsTest : public testing::Test {
 protected:
  PlanConfigsTest() {
    fs::permissions(dir_, fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
    programs_ = dir_ / "programs";
    fs::create_directory(programs_);
  }

  void Write(const std::string& text) { std::ofstream(dir_ / "x.yaml") << text; }
  std::string Yaml() { return (dir_ / "x.yaml").string(); }
  PlannedConfig Read(const std::string& programs_dir) {
    return std::move(PlanConfigs({{"x", Yaml(), programs_dir}}, {}, host_).front());
  }
  // Where the object was found, or what was said instead.
  std::string ObjectOf(const std::string& programs_dir) {
    const PlannedConfig reading = Read(programs_dir);
    return reading.plan ? reading.plan->object.path : reading.messages;
  }

  const TemporaryFolder folder_;
  const fs::path dir_ = folder_.path();
  fs::path programs_;
  host::Host host_;
};

TEST_F(PlanConfigsTest, TakesOneNameWithTwoEndingsForAMistakeOfThatConfiguration) {
  Write(kMetrics);
  std::ofstream(dir_ / "x.yml") << kMetrics;
  std::ofstream(dir_ / "y.yml")
      << "metrics: {counters: [{name: more, help: More, map: slots, labels: [slot]}]}\n";
  fs::create_directory(dir_ / "y.yaml");  // no file, so it does not count
  for (const char* object : {"x.bpf.o", "y.bpf.o"}) fs::copy_file(kObject, programs_ / object);
  const auto sources = SourcesInDir(dir_, {}, programs_);
  ASSERT_TRUE(sources.ok());
  const std::vector<PlannedConfig> planned = PlanConfigs(*sources, {}, host_);
  ASSERT_EQ(planned.size(), 2u);
  EXPECT_EQ(planned[0].messages, Yaml() + ": error: configuration 'x' is there twice: '" + Yaml() +
                                     "' and '" + (dir_ / "x.yml").string() + "'\n");
  EXPECT_FALSE(planned[0].plan.has_value());
  EXPECT_TRUE(planned[1].plan.has_value()) << planned[1].messages;
}

TEST_F(PlanConfigsTest, FindsTheObjectBesideTheFileFirst) {
  Write(kMetrics);
  fs::copy_file(kObject, programs_ / "x.bpf.o");
  EXPECT_EQ(ObjectOf(programs_), (programs_ / "x.bpf.o").string());
  fs::copy_file(kObject, dir_ / "x.bpf.o");
  EXPECT_EQ(ObjectOf(programs_), (dir_ / "x.bpf.o").string());
}

TEST_F(PlanConfigsTest, FindsTheObjectThatIsNamed) {
  fs::copy_file(kObject, programs_ / "other.o");
  Write(std::string("object: other.o\n") + kMetrics);
  EXPECT_EQ(ObjectOf(programs_), (programs_ / "other.o").string());
  Write("object: " + kObject.string() + "\n" + kMetrics);
  EXPECT_EQ(ObjectOf(""), kObject.string());
}

// Returns what `check` prints, on standard output and on standard error, and whether it is fine.
std::string Checked(const app::CheckOptions& options) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const app::ExitCode code = app::Check(options);
  const std::string out = testing::internal::GetCapturedStdout();
  const std::string problems = testing::internal::GetCapturedStderr();
  EXPECT_EQ(code, problems.empty() ? app::kFine : app::kCannotWork);
  return out + problems;
}

TEST_F(PlanConfigsTest, RefusesMoreMemoryThanAMapMayHave) {
  const std::string hits =
      "metrics: {counters: [{name: hits_total, map: hits, help: Hits, labels: [slot]}]}\n";
  const std::string programs = BuildPath("tests/programs");
  Write("object: vast_array.bpf.o\n" + hits);
  EXPECT_EQ(Checked({.files = {Yaml()}, .programs_dir = programs}),
            Yaml() +
                ": error: map 'vast': it would take 14.9 GiB of kernel memory (array, 2000000000 "
                "entries of 4 + 8 bytes), and a map may take 1 GiB; give it fewer max_entries, or "
                "allow it with --bpf.max-memory=15259MiB\n");
  app::CheckOptions options{.files = {Yaml()}, .programs_dir = programs};
  options.max_memory = std::uint64_t{15'259} << 20;
  EXPECT_EQ(Checked(options), Yaml() + ": ok\n");
  Write("object: vast_sum.bpf.o\n" + hits);
  options.max_memory = std::uint64_t{100} << 20;
  EXPECT_EQ(Checked(options),
            Yaml() +
                ": error: map 'vast': it would take 34.3 MiB of kernel memory (array, 4500000 "
                "entries of 4 + 8 bytes) of the 187 MiB of all 8 maps together, and a "
                "configuration may take 100 MiB: --bpf.max-memory; give it fewer max_entries, or "
                "allow it with --bpf.max-memory=187MiB\n");
}

TEST_F(PlanConfigsTest, PrintsTheMemoryOfEachMap) {
  Write(
      "object: vast_sparse_hash.bpf.o\n"
      "metrics: {counters: [{name: hits_total, map: hits, help: Hits, labels: [slot]}]}\n");
  app::CheckOptions options{.files = {Yaml()}, .programs_dir = BuildPath("tests/programs")};
  options.memory = true;
  options.max_memory = std::uint64_t{1} << 40;
  EXPECT_EQ(
      Checked(options),
      Yaml() + ": ok\n" + Yaml() +
          ": 8.71 GiB of kernel memory\n"
          "       8 KiB  hits: array, 32 entries of 4 + 8 bytes\n"
          "   528 bytes  wanted: array, 2 entries of 4 + 8 bytes\n"
          "    8.71 GiB  vast: hash, 100000000 entries of 8 + 8 bytes; 2 GiB until it fills\n");
}

TEST_F(PlanConfigsTest, SaysWhereItLookedForTheObject) {
  Write(kMetrics);
  EXPECT_EQ(ObjectOf(""), Yaml() +
                              ": error: object 'x.bpf.o' is not beside this file; --programs.dir "
                              "can name another place\n");
  EXPECT_EQ(ObjectOf("/nowhere"),
            Yaml() + ": error: object 'x.bpf.o' is neither beside this file nor in '/nowhere'\n");
  Write(std::string("object: /no/such.o\n") + kMetrics);
  EXPECT_EQ(ObjectOf("/nowhere"), Yaml() +
                                      ":1:9: error: object '/no/such.o' is not there\n"
                                      "  object: /no/such.o\n"
                                      "          ^\n");
}

TEST_F(PlanConfigsTest, SaysWhatIsWrongWithTheObject) {
  Write(std::string("object: x.yaml\n") + kMetrics);
  EXPECT_EQ(ObjectOf(""), Yaml() + ":1:9: error: object '" + Yaml() +
                              "': open: it is not an ELF file; clang -target bpf -c makes one\n"
                              "  object: x.yaml\n"
                              "          ^\n");
}

TEST_F(PlanConfigsTest, SaysThatTheFileIsNotThere) {
  EXPECT_EQ(ObjectOf(""), Yaml() + ": error: open: No such file or directory\n");
}

// The constants that a source has which is told to count by control group, or what was said.
std::string ConstantsByCgroup(const std::string& yaml, host::Host& host) {
  std::vector<ConfigSource> sources = {{"x", yaml, ""}};
  EXPECT_TRUE(SetByCgroup({"x"}, sources));
  const PlannedConfig planned = std::move(PlanConfigs(sources, {}, host).front());
  if (!planned.plan) return planned.messages;
  std::string text;
  for (const plan::ConstantPlan& one : planned.plan->constants) {
    text += one.name + "=" + one.text + " (" + std::to_string(one.bytes.at(0)) + ")\n";
  }
  return text;
}

TEST_F(PlanConfigsTest, CountsByCgroupWhateverTheFileSays) {
  const std::string metrics = "metrics: {counters: [{name: calls, help: Calls, labels: [tiny]}]}\n";
  const std::string object = BuildPath("tests/programs/constants.bpf.o");
  for (const std::string constants :
       {"", "constants: {by_cgroup: false}\n", "constants: {by_cgroup: [0]}\n"}) {
    Write("object: " + object + "\n" + constants + metrics);
    EXPECT_EQ(ConstantsByCgroup(Yaml(), host_), "by_cgroup=true (1)\n") << constants;
  }
  Write("object: " + object + "\nconstants: {tiny: 7}\n" + metrics);
  EXPECT_EQ(ConstantsByCgroup(Yaml(), host_), "tiny=7 (7)\nby_cgroup=true (1)\n");
}

TEST_F(PlanConfigsTest, SaysThatAnObjectCannotSetByCgroup) {
  Write("object: " + kObject.string() + "\n" + kMetrics);
  EXPECT_EQ(ConstantsByCgroup(Yaml(), host_),
            Yaml() +
                ": error: object 'plan.bpf.o' has no constant 'by_cgroup'; its constants: "
                "kaddr_jiffies, kaddr_short\n");
}

TEST_F(PlanConfigsTest, SaysThatNoSourceHasTheName) {
  std::vector<ConfigSource> sources = {{"runqlat", Yaml(), ""}};
  EXPECT_EQ(SetByCgroup({"runqlot"}, sources).error().Message(),
            "configuration 'runqlot' is not among those that run; did you mean 'runqlat'?");
}

// The exit code of a check by a user who may do nothing.
int CheckAsNobody(const app::CheckOptions& options) {
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
    _exit(app::Check(options));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(PlanConfigsTest, NeedsNoPrivilege) {
  Write(kMetrics);
  fs::copy_file(kObject, dir_ / "x.bpf.o");
  fs::permissions(dir_ / "x.bpf.o", fs::perms::others_read, fs::perm_options::add);
  EXPECT_EQ(CheckAsNobody({.files = {Yaml()}}), 0);
  Write("metrics: {counters: [{name: slotz, help: Slots, labels: [slot]}]}\n");
  EXPECT_EQ(CheckAsNobody({.files = {Yaml()}}), 3);
}

// Of one file or of several: what only OpenMetrics cannot show is found before any server asks.
TEST_F(PlanConfigsTest, FindsNamesThatClashInOpenMetricsAtCheck) {
  const auto write = [&](const std::string& config, const std::string& counter) {
    const fs::path path = dir_ / (config + ".yaml");
    std::ofstream(path) << "object: x.bpf.o\nmetrics: {counters: [" + counter + "]}\n";
    return path.string();
  };
  const auto counter = [](const std::string& name) {
    return "{name: " + name + ", help: H, map: slots, labels: [slot]}";
  };
  fs::copy_file(kObject, dir_ / "x.bpf.o");
  const std::string total = write("a", counter("ops_total"));
  const std::string plain = write("b", counter("ops"));
  const std::string both = write("c", counter("ops_total") + ", " + counter("ops"));
  EXPECT_EQ(app::Check({.files = {total}}), 0);
  EXPECT_EQ(app::Check({.files = {plain}}), 0);
  for (const std::vector<std::string>& files : {{both}, std::vector{total, plain}}) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(app::Check({.files = files}), 3);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("would have one name in OpenMetrics"), std::string::npos) << said;
    EXPECT_EQ(said.find("error: "), said.rfind("error: ")) << said;
  }
}

}  // namespace
}  // namespace bpf_exporter::loader
