// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>

#include "base/version.h"

namespace bpf_exporter::app {
namespace {

Options Parsed(const std::vector<std::string>& arguments) {
  const auto result = ParseOptions(arguments);
  if (const auto* exit = std::get_if<EarlyExit>(&result)) {
    ADD_FAILURE() << exit->text;
    return {};
  }
  return std::get<Options>(result);
}

std::string Refused(const std::vector<std::string>& arguments) {
  const auto result = ParseOptions(arguments);
  const auto* exit = std::get_if<EarlyExit>(&result);
  if (exit == nullptr) return "(taken)";
  EXPECT_EQ(exit->code, 2);
  return exit->text;
}

TEST(OptionsTest, HasDefaults) {
  const Options options = Parsed({});
  EXPECT_EQ(options.command, Command::kExport);
  EXPECT_EQ(options.config_dir, "/etc/bpf_exporter");
  EXPECT_TRUE(options.config_names.empty());
  EXPECT_TRUE(options.by_cgroup.empty());
  EXPECT_EQ(options.programs_dir, "");
  EXPECT_EQ(options.snapshot_interval, std::chrono::seconds(5));
  EXPECT_EQ(options.metrics_prefix, "ebpf_exporter_");
  EXPECT_EQ(options.max_series, 100'000u);
  EXPECT_EQ(options.listen_address, ":9435");
  EXPECT_EQ(options.telemetry_path, "/metrics");
  EXPECT_EQ(options.btf_path, "");
  EXPECT_FALSE(options.config_check);
  EXPECT_FALSE(options.config_strict);
  EXPECT_FALSE(options.debug);
  EXPECT_FALSE(options.no_timestamps);
  EXPECT_FALSE(options.bpf_stats);
  EXPECT_TRUE(options.capabilities.all);
}

TEST(OptionsTest, TakesEveryFlagInBothSpellings) {
  const Options one = Parsed(
      {"--config.dir=d", "--config.names=a,sub/b", "--programs.dir=p", "--snapshot.interval=1m30s",
       "--metrics.prefix=x_", "--metrics.max-series=7", "--web.listen-address=127.0.0.1:1",
       "--web.telemetry-path=/m/x", "--btf.path=b", "--config.check", "--config.strict", "--debug",
       "--log.no-timestamps", "--bpf.stats", "--capabilities.keep=cap_bpf,cap_syslog",
       "--config.cache-size=1000", "--config.skip-cache-size=10", "--config.by-cgroup=a,b"});
  const Options other = Parsed({"--config.dir",
                                "d",
                                "--config.names",
                                "a,sub/b",
                                "--programs.dir",
                                "p",
                                "--snapshot.interval",
                                "1m30s",
                                "--metrics.prefix",
                                "x_",
                                "--metrics.max-series",
                                "7",
                                "--web.listen-address",
                                "127.0.0.1:1",
                                "--web.telemetry-path",
                                "/m/x",
                                "--btf.path",
                                "b",
                                "--config.check",
                                "--config.strict",
                                "--debug",
                                "--log.no-timestamps",
                                "--bpf.stats",
                                "--capabilities.keep",
                                "cap_bpf,cap_syslog",
                                "--config.by-cgroup",
                                "a,b"});
  for (const Options& options : {one, other}) {
    EXPECT_EQ(options.config_dir, "d");
    EXPECT_EQ(options.config_names, (std::vector<std::string>{"a", "sub/b"}));
    EXPECT_EQ(options.by_cgroup, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(options.programs_dir, "p");
    EXPECT_EQ(options.snapshot_interval, std::chrono::seconds(90));
    EXPECT_EQ(options.metrics_prefix, "x_");
    EXPECT_EQ(options.max_series, 7u);
    EXPECT_EQ(options.listen_address, "127.0.0.1:1");
    EXPECT_EQ(options.telemetry_path, "/m/x");
    EXPECT_EQ(options.btf_path, "b");
    EXPECT_TRUE(options.config_check);
    EXPECT_TRUE(options.config_strict);
    EXPECT_TRUE(options.debug);
    EXPECT_TRUE(options.no_timestamps);
    EXPECT_TRUE(options.bpf_stats);
    EXPECT_FALSE(options.capabilities.all);
    EXPECT_EQ(options.capabilities.names, (std::vector<std::string>{"cap_bpf", "cap_syslog"}));
  }
}

TEST(OptionsTest, TakesNegatedBooleans) {
  const Options options = Parsed({"--no-config.check", "--no-config.strict", "--no-debug",
                                  "--no-log.no-timestamps", "--no-bpf.stats"});
  EXPECT_FALSE(options.config_check);
  EXPECT_FALSE(options.config_strict);
  EXPECT_FALSE(options.debug);
  EXPECT_FALSE(options.no_timestamps);
  EXPECT_FALSE(options.bpf_stats);
}

TEST(OptionsTest, TakesZeroAsSnapshotAtEveryScrape) {
  EXPECT_EQ(Parsed({"--snapshot.interval=0"}).snapshot_interval.count(), 0);
  EXPECT_EQ(Parsed({"--snapshot.interval=0s"}).snapshot_interval.count(), 0);
}

TEST(OptionsTest, TakesOnceWithAndWithoutATime) {
  EXPECT_EQ(Parsed({}).once, std::nullopt);
  EXPECT_EQ(Parsed({"--once"}).once, std::chrono::seconds(1));
  EXPECT_EQ(Parsed({"--once=1m30s"}).once, std::chrono::seconds(90));
  EXPECT_EQ(Parsed({"--once=0", "--debug"}).once, std::chrono::seconds(0));
  EXPECT_EQ(Parsed({"--once", "--format=protobuf"}).format, exposition::Format::kProtobuf);
  EXPECT_EQ(Parsed({"--format", "openmetrics", "--once"}).format, exposition::Format::kOpenMetrics);
  EXPECT_TRUE(Parsed({"--once"}).openmetrics_created);
  EXPECT_FALSE(Parsed({"--no-openmetrics.created"}).openmetrics_created);
}

TEST(OptionsTest, RefusesOnceThatMakesNoSense) {
  EXPECT_EQ(Refused({"--once=soon"}),
            "bpf_exporter: --once: 'soon' is not a duration such as 10s or 500ms; see --help");
  EXPECT_EQ(Refused({"--once", "10s"}), "bpf_exporter: unexpected argument '10s'; see --help");
  EXPECT_EQ(Refused({"--once", "--config.check"}),
            "bpf_exporter: --once: cannot be beside --config.check, which exits before anything is "
            "counted; see --help");
  for (const char* other : {"--once", "--config.check", "check"}) {
    EXPECT_EQ(Refused({"--cleanup", other}),
              "bpf_exporter: --cleanup: does nothing else: it cannot be beside check, "
              "--config.check or --once; see --help");
  }
  EXPECT_EQ(Refused({"--format=text"}),
            "bpf_exporter: --format: is for the page that --once prints; see --help");
  EXPECT_EQ(Refused({"--once", "--format=json"}),
            "bpf_exporter: --format: 'json' is not one of text, openmetrics and protobuf; see "
            "--help");
}

TEST(OptionsTest, TakesCheckWithFilesAndFlagsOnEitherSide) {
  const Options options =
      Parsed({"--programs.dir", "p", "check", "--config.dir=d", "a.yaml", "b.yaml"});
  EXPECT_EQ(options.command, Command::kCheck);
  EXPECT_EQ(options.check_files, (std::vector<std::string>{"a.yaml", "b.yaml"}));
  EXPECT_FALSE(options.check_memory);
  EXPECT_FALSE(options.max_memory.has_value());
  EXPECT_FALSE(options.strace_syscall_names);
  EXPECT_TRUE(Parsed({"--compat.syscall-names=strace"}).strace_syscall_names);
  EXPECT_FALSE(Parsed({"--compat.syscall-names=kernel"}).strace_syscall_names);
  EXPECT_EQ(
      Refused({"--compat.syscall-names=both"}),
      "bpf_exporter: --compat.syscall-names: 'both' is not one of kernel, strace; see --help");
  const Options sized = Parsed({"check", "--memory", "--bpf.max-memory=1.5GiB"});
  EXPECT_TRUE(sized.check_memory);
  EXPECT_EQ(sized.max_memory, std::uint64_t{3} << 29);
  EXPECT_EQ(options.config_dir, "d");
  EXPECT_EQ(options.programs_dir, "p");
}

TEST(OptionsTest, LintsUnlessToldNotTo) {
  EXPECT_TRUE(Parsed({"check"}).lint);
  EXPECT_FALSE(Parsed({"check", "--no-lint"}).lint);
  EXPECT_EQ(Refused({"--no-lint"}), "bpf_exporter: unknown flag '--no-lint'; see --help");
}

TEST(OptionsTest, HelpOfCheckHasTheFlagsThatCountThere) {
  const auto help = std::get<EarlyExit>(ParseOptions({"check", "--help"}));
  EXPECT_EQ(help.code, 0);
  // How a flag's default stands there is the library's.
  std::istringstream text(help.text);
  std::vector<std::string> found;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("Flags of")) found.push_back(line);
    if (!line.starts_with("  -")) continue;
    found.push_back(line.substr(2, line.find_first_of(" =", 2) - 2));
  }
  EXPECT_EQ(found, (std::vector<std::string>{
                       "--memory", "--[no-]lint", "-h,--help",
                       "Flags of bpf_exporter that count here, too:", "--config.dir",
                       "--config.names", "--config.by-cgroup", "--programs.dir", "--metrics.prefix",
                       "--events.buffer-pages", "--bpf.max-memory", "--[no-]debug"}));
}

TEST(OptionsTest, TakesInitWithAnObject) {
  const Options options = Parsed({"init", "--metrics.prefix=x_", "a.bpf.o"});
  EXPECT_EQ(options.command, Command::kInit);
  EXPECT_EQ(options.init_object, "a.bpf.o");
  EXPECT_EQ(options.metrics_prefix, "x_");
}

TEST(OptionsTest, RefusesWrongUseInOneLine) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--config.nmes=a"}, "unknown flag '--config.nmes'; did you mean '--config.names'?"},
      {{"--config.nmes", "a"}, "unknown flag '--config.nmes'; did you mean '--config.names'?"},
      {{"--xyzzy"}, "unknown flag '--xyzzy'"},
      {{"-x"}, "unknown flag '-x'"},
      {{"start"}, "unexpected argument 'start'"},
      {{"init"}, "OBJECT is required"},
      {{"init", "a.bpf.o", "b.bpf.o"}, "unexpected argument 'b.bpf.o'"},
      {{"check", "--confg.dir=x"}, "unknown flag '--confg.dir'; did you mean '--config.dir'?"},
      {{"--config.names=a,,b"}, "--config.names: configuration name '': is empty"},
      {{"--config.names=a,b,a"}, "--config.names: 'a' is given twice"},
      {{"--config.by-cgroup=a,a"}, "--config.by-cgroup: 'a' is given twice"},
      {{"--config.names=../a"},
       "--config.names: configuration name '../a': must not leave the configuration directory with "
       "'..'"},
      {{"--snapshot.interval=5"},
       "--snapshot.interval: '5' is not a duration such as 5s or 500ms; the unit is missing"},
      {{"--snapshot.interval=-1s"},
       "--snapshot.interval: '-1s' is not a duration such as 5s or 500ms"},
      {{"--snapshot.interval=soon"},
       "--snapshot.interval: 'soon' is not a duration such as 5s or 500ms"},
      {{"--metrics.max-series=0"},
       "--metrics.max-series: '0' is not a number from 1 to 4294967295"},
      {{"--metrics.max-series=1k"},
       "--metrics.max-series: '1k' is not a number from 1 to 4294967295"},
      {{"--metrics.prefix=1_"}, "--metrics.prefix: '1_' cannot start a metric's name"},
      {{"--metrics.prefix=a-"}, "--metrics.prefix: 'a-' cannot start a metric's name"},
      {{"--web.telemetry-path=metrics"}, "--web.telemetry-path: 'metrics' must start with '/'"},
      {{"--web.telemetry-path=/"}, "--web.telemetry-path: '/' is the path of another page"},
      {{"--debug", "--web.telemetry-path=/maps"},
       "--web.telemetry-path: '/maps' is the path of another page"},
      {{"--web.telemetry-path=/healthz"},
       "--web.telemetry-path: '/healthz' is the path of another page"},
      {{"--web.telemetry-path=/a b"},
       "--web.telemetry-path: '/a b' may hold letters, digits and / . _ ~ - only"},
      {{"--capabilities.keep=cap_bfp"},
       "--capabilities.keep: 'cap_bfp' is no capability; give all, none or names such as cap_bpf"},
      {{"--events.buffer-pages=63"},
       "--events.buffer-pages: '63' is not a power of two from 1 to 16384"},
      {{"--config.cache-size=many"}, "--config.cache-size: 'many' is not a number"},
      {{"--config.dir"}, "--config.dir: the value is missing"},
      {{"--config.dir=a", "--config.dir=b"}, "--config.dir is given more than once"},
      {{"--config.dir", "a", "--config.dir", "a"}, "--config.dir is given more than once"},
  };
  for (const auto& [arguments, problem] : cases) {
    EXPECT_EQ(Refused(arguments), "bpf_exporter: " + problem + "; see --help");
  }
}

TEST(OptionsTest, TakesAnEmptyValueForItselfAndNotTheNextFlag) {
  const Options options = Parsed({"--btf.path=", "--debug", "--metrics.prefix="});
  EXPECT_EQ(options.btf_path, "");
  EXPECT_EQ(options.metrics_prefix, "");
  EXPECT_TRUE(options.debug);
}

TEST(OptionsTest, PrintsHelpAndVersion) {
  for (const char* flag : {"--help", "-h"}) {
    const auto help = std::get<EarlyExit>(ParseOptions({flag}));
    EXPECT_EQ(help.code, 0);
    EXPECT_FALSE(help.text.ends_with('\n'));  // who prints it adds one
    for (const std::string& name : FlagNames()) {
      EXPECT_NE(help.text.find(name.substr(2)), std::string::npos) << name;
    }
  }
  const auto version = std::get<EarlyExit>(ParseOptions({"--version"}));
  EXPECT_EQ(version.code, 0);
  const std::string expected = std::string("bpf_exporter ") + kVersion + " ";
  EXPECT_EQ(version.text.substr(0, expected.size()), expected);
  EXPECT_FALSE(version.text.ends_with('\n'));
}

}  // namespace
}  // namespace bpf_exporter::app
