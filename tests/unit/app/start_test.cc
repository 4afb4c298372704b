// SPDX-License-Identifier: Apache-2.0
#include "app/start.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/check.h"
#include "host/host.h"
#include "support/paths.h"
#include "support/temporary_folder.h"

namespace bpf_exporter::app {
namespace {

namespace fs = std::filesystem;

// A folder of its own for configurations, beside the shipped objects.
class StartTest : public ::testing::Test {
 protected:
  StartTest() {
    options_.config_dir = dir_.string();
    options_.programs_dir = BuildPath("programs");
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / (name + ".yaml")) << text;
  }
  void WriteShipped(const std::string& name) {
    fs::copy(SourcePath("config/" + name + ".yaml"), dir_);
  }
  std::string Path(const std::string& name) { return (dir_ / (name + ".yaml")).string(); }

  // The exit code and what was printed; only for starts that end before anything is loaded.
  std::pair<int, std::string> Ended() {
    host::Host host;
    ::testing::internal::CaptureStderr();
    const auto started = Start(options_, host);
    const std::string text = ::testing::internal::GetCapturedStderr();
    const ExitCode* code = std::get_if<ExitCode>(&started);
    return {code == nullptr ? -1 : *code, text};
  }

  const TemporaryFolder folder_;
  const fs::path dir_ = folder_.path();
  Options options_;
};

using Ending = std::pair<int, std::string>;

TEST_F(StartTest, NeedsTheDirectory) {
  options_.config_dir = "/nonexistent";
  EXPECT_EQ(Ended(), Ending(kCannotWork,
                            "bpf_exporter: configuration directory '/nonexistent': open: No such "
                            "file or directory\n"));
  options_.config_names = {"packets"};
  EXPECT_EQ(Ended(), Ending(kCannotWork,
                            "bpf_exporter: configuration directory '/nonexistent': No such file or "
                            "directory\n"));
}

TEST_F(StartTest, NeedsAConfiguration) {
  EXPECT_EQ(Ended(), Ending(kCannotWork,
                            "bpf_exporter: no NAME.yaml or NAME.yml in '" + dir_.string() + "'\n"));
}

TEST_F(StartTest, CountsByCgroupOnlyWhatRuns) {
  WriteShipped("packets");
  options_.by_cgroup = {"runqlat"};
  EXPECT_EQ(Ended(),
            Ending(kWrongUse,
                   "bpf_exporter: --config.by-cgroup: configuration 'runqlat' is not among "
                   "those that run\n"));
}

TEST_F(StartTest, EndsWhenNoConfigurationCanWork) {
  Write("a", "metrics: 1\n");
  options_.config_names = {"a", "b"};
  const auto [code, text] = Ended();
  EXPECT_EQ(code, kCannotWork);
  EXPECT_NE(text.find(Path("a") + ":1:10: error: "), std::string::npos) << text;
  EXPECT_NE(text.find(Path("b") + ": error: open: No such file or directory\n"), std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("bpf_exporter: no configuration can work\n")) << text;
}

TEST_F(StartTest, EndsAtOneBrokenConfigurationWhenStrictOrChecking) {
  WriteShipped("packets");
  Write("zbroken", "metrics: 1\n");
  for (bool Options::*flag : {&Options::config_strict, &Options::config_check}) {
    options_.*flag = true;
    const auto [code, text] = Ended();
    EXPECT_EQ(code, kCannotWork);
    EXPECT_TRUE(text.ends_with("bpf_exporter: not every configuration can work\n")) << text;
    options_.*flag = false;
  }
}

TEST_F(StartTest, NeedsTheFileOfBtf) {
  WriteShipped("packets");
  options_.config_names = {"packets"};
  options_.btf_path = "/nonexistent";
  EXPECT_EQ(
      Ended(),
      Ending(kCannotWork, "bpf_exporter: --btf.path '/nonexistent': No such file or directory\n"));
  options_.btf_path = dir_.string();
  EXPECT_EQ(Ended(), Ending(kCannotWork, "bpf_exporter: --btf.path '" + dir_.string() +
                                             "': is not a regular file\n"));
  // Text, nothing, and an ELF file without BTF.
  Write("empty", "");
  for (const std::string& path :
       {Path("packets"), Path("empty"), fs::read_symlink("/proc/self/exe").string()}) {
    options_.btf_path = path;
    EXPECT_EQ(Ended(),
              Ending(kCannotWork, "bpf_exporter: --btf.path '" + path +
                                      "': is neither BTF nor an ELF file that holds it\n"));
  }
}

TEST_F(StartTest, RefusesAConfigurationWhoseMetricsClashWithAnothers) {
  WriteShipped("packets");
  fs::copy_file(Path("packets"), Path("second"));
  std::ofstream(Path("second"), std::ios::app) << "object: packets.bpf.o\n";
  host::Host host;
  const auto sources = loader::SourcesInDir(dir_.string(), {}, options_.programs_dir);
  ASSERT_TRUE(sources.ok());
  std::vector<loader::PlannedConfig> planned =
      loader::PlanConfigs(*sources, ResolveOptionsOf(options_), host);
  ASSERT_EQ(planned.size(), 2u);
  EXPECT_TRUE(planned[0].plan.has_value()) << planned[0].messages;
  EXPECT_TRUE(planned[1].plan.has_value()) << planned[1].messages;  // the same metrics may be one
  std::ofstream(Path("third")) << "object: packets.bpf.o\n"
                                  "probes: [{program: count_packets, socket_filter: {interface: "
                                  "lo}}]\n"
                                  "metrics:\n"
                                  "  gauges:\n"
                                  "    - name: packets_unreadable_total\n"
                                  "      help: Another kind\n"
                                  "      map: packets_unreadable\n";
  planned = loader::PlanConfigs(*loader::SourcesInDir(dir_.string(), {}, options_.programs_dir),
                                ResolveOptionsOf(options_), host);
  ASSERT_EQ(planned.size(), 3u);
  EXPECT_FALSE(planned[2].plan.has_value());
  EXPECT_EQ(
      planned[2].messages,
      Path("third") +
          ":5:13: error: metric 'ebpf_exporter_packets_unreadable_total' is a gauge in config "
          "'third', but a counter in config 'packets'\n"
          "      - name: packets_unreadable_total\n"
          "              ^\n");
}

TEST_F(StartTest, ChecksFilesAndDirectoriesWithTheSameAnswer) {
  WriteShipped("packets");
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(Check({.config_dir = dir_.string(), .programs_dir = options_.programs_dir}), kFine);
  EXPECT_EQ(Check({.files = {Path("packets")}, .programs_dir = options_.programs_dir}), kFine);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            Path("packets") + ": ok\n" + Path("packets") + ": ok\n");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(Check({.config_dir = "/nonexistent"}), kCannotWork);
  ::testing::internal::GetCapturedStderr();
}

}  // namespace
}  // namespace bpf_exporter::app
