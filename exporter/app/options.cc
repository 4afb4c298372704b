// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <optional>
#include <set>

#include "app/version_text.h"
#include "base/text.h"
#include "config/files.h"
#include "config/names.h"
#include "config/numbers.h"
#include "config/parse.h"

namespace bpf_exporter::app {
namespace {

constexpr std::int64_t kMaxBufferPages = 16'384;  // 64 MiB a CPU

// Flags whose text is more than a string, before it is looked at.
struct Texts {
  std::string names;
  std::string interval = "5s";
  std::string max_series = "100000";
  std::string buffer_pages = "64";
  std::string capabilities = "all";
  std::string skip_cache_size;  // no effect
  std::string cache_size;       // no effect
};

// Shows a flag and its negation as one.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool positional) const override {
    const std::vector<std::string>& names = option->get_lnames();
    if (positional || names.size() != 2) return Formatter::make_option_name(option, positional);
    return "--[no-]" + names.front();
  }
};

struct CommandLine {
  Options options;
  Texts texts;
  CLI::App app{"Loads BPF programs and serves their maps as Prometheus metrics.", "bpf_exporter"};
  CLI::App* check = nullptr;

  CommandLine();
};

CommandLine::CommandLine() {
  const auto text = [this](const char* name, const char* type, std::string& value,
                           const char* help) {
    app.add_option(name, value, help)->type_name(type)->capture_default_str();
  };
  const auto boolean = [this](std::string name, bool& value, const char* help) {
    app.add_flag("--" + name + ",!--no-" + name, value, help);
  };
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Print this and exit");
  app.set_version_flag("--version", VersionText, "Print the version and exit");
  text("--config.dir", "DIR", options.config_dir, "Directory of the configurations, NAME.yaml");
  text("--config.names", "NAMES", texts.names,
       "Comma-separated names to run; default: all in --config.dir");
  boolean("config.check", options.config_check, "Load and attach everything, then exit");
  boolean("config.strict", options.config_strict, "Exit when any configuration or program fails");
  text("--config.cache-size", "N", texts.cache_size,
       "Accepted, without effect: decoded labels are kept as long as their key is in the map");
  text("--config.skip-cache-size", "N", texts.skip_cache_size,
       "Accepted, without effect: as above");
  text("--programs.dir", "DIR", options.programs_dir,
       "Directory of the BPF objects that are not beside their YAML file");
  text("--snapshot.interval", "DURATION", texts.interval,
       "Time between snapshots of the maps; 0 takes one at every scrape");
  text("--metrics.prefix", "PREFIX", options.metrics_prefix,
       "What the names of all metrics start with");
  text("--metrics.max-series", "N", texts.max_series, "Most series of a metric that does not say");
  text("--events.buffer-pages", "N", texts.buffer_pages,
       "Size of a perf event array's buffer for each CPU, in pages; a power of two");
  text("--web.listen-address", "ADDRESS", options.listen_address,
       "HOST:PORT, [IPV6]:PORT or :PORT to serve HTTP on");
  text("--web.telemetry-path", "PATH", options.telemetry_path, "Path of the page of metrics");
  text("--btf.path", "FILE", options.btf_path, "File with the kernel's BTF, if it has none itself");
  boolean("bpf.stats", options.bpf_stats, "Have the kernel measure how long programs run");
  text("--capabilities.keep", "CAPABILITIES", texts.capabilities,
       "Capabilities to keep once everything is attached: all, none, or a list of names");
  boolean("debug", options.debug, "Log what libbpf says, too, and serve /maps");
  boolean("log.no-timestamps", options.no_timestamps, "Log lines without the time");

  check = app.add_subcommand(
      "check", "Check configurations against their objects: needs no privilege and no kernel");
  check->add_option("FILE", options.check_files,
                    "YAML files; default: what --config.dir and --config.names say");
  check->fallthrough();
  check->set_help_flag("-h,--help", "Print this and exit");
  for (CLI::App* command : {&app, check}) command->allow_extras();  // for a better message
}

EarlyExit Usage(const std::string& problem) {
  std::string line = problem;
  std::replace(line.begin(), line.end(), '\n', ' ');
  return {kWrongUse, "bpf_exporter: " + line + "; see --help"};
}

// In words of its own: "--debug: At Most 1 required but received 2" is no help.
EarlyExit WrongCount(const CLI::ArgumentMismatch& error) {
  const std::string problem = error.what();
  const std::string flag = problem.substr(0, problem.find(':'));
  const bool missing = problem.ends_with(" missing");
  return Usage(flag + (missing ? ": the value is missing" : " is given more than once"));
}

// CLI11 takes the next argument for the value of "--flag=".
std::vector<std::string> WithEmptyValues(const std::vector<std::string>& arguments) {
  std::vector<std::string> split;
  for (const std::string& argument : arguments) {
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      split.push_back(argument.substr(0, argument.size() - 1));
      split.emplace_back();
    } else {
      split.push_back(argument);
    }
  }
  return split;
}

EarlyExit Unexpected(const std::string& argument) {
  if (!argument.starts_with('-')) return Usage("unexpected argument " + Quoted(argument));
  const std::string flag = argument.substr(0, argument.find('='));
  return Usage("unknown flag " + Quoted(flag) + DidYouMean(flag, FlagNames()));
}

std::optional<std::string> SplitNames(const std::string& text, std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (const std::string_view part : Split(text, ',')) {
    std::string name(part);
    if (const Status valid = config::ValidConfigName(name); !valid.ok()) {
      return valid.error().Message();
    }
    if (!seen.insert(name).second) return Quoted(name) + " is given twice";
    names.push_back(std::move(name));
  }
  return std::nullopt;
}

std::optional<std::string> TelemetryPathProblem(const std::string& path, bool debug) {
  if (!path.starts_with('/')) return "must start with '/'";
  if (path == "/" || path == "/healthz" || path == "/readyz" || (path == "/maps" && debug)) {
    return "is the path of another page";
  }
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/._~-").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!std::all_of(path.begin(), path.end(), plain)) {
    return "may hold letters, digits and / . _ ~ - only";
  }
  return std::nullopt;
}

std::optional<EarlyExit> Interpret(const Texts& texts, Options& options) {
  const auto bad = [](const std::string& flag, const std::string& problem) {
    return Usage(flag + ": " + problem);
  };
  if (!texts.names.empty()) {
    if (const auto problem = SplitNames(texts.names, options.config_names)) {
      return bad("--config.names", *problem);
    }
  }
  const config::Number<std::int64_t> interval = config::ParseDuration(texts.interval, true);
  if (interval.problem != config::NumberProblem::kNone) {
    return bad("--snapshot.interval",
               Quoted(texts.interval) + " is not a duration such as 5s or 500ms" + interval.remedy);
  }
  options.snapshot_interval = std::chrono::nanoseconds(interval.value);

  const config::Number<std::int64_t> most = config::ParseInteger(texts.max_series);
  if (most.problem != config::NumberProblem::kNone || most.value < 1 ||
      most.value > std::numeric_limits<std::uint32_t>::max()) {
    return bad("--metrics.max-series",
               Quoted(texts.max_series) + " is not a number from 1 to 4294967295");
  }
  options.max_series = static_cast<std::uint32_t>(most.value);

  const config::Number<std::int64_t> pages = config::ParseInteger(texts.buffer_pages);
  if (pages.problem != config::NumberProblem::kNone || pages.value < 1 ||
      pages.value > kMaxBufferPages ||
      !std::has_single_bit(static_cast<std::uint64_t>(pages.value))) {
    return bad("--events.buffer-pages", Quoted(texts.buffer_pages) +
                                            " is not a power of two from 1 to " +
                                            std::to_string(kMaxBufferPages));
  }
  options.buffer_pages = static_cast<std::uint32_t>(pages.value);

  // What is checked is the shortest name that it can begin.
  if (!config::IsMetricName(options.metrics_prefix + "x")) {
    return bad("--metrics.prefix",
               Quoted(options.metrics_prefix) + " cannot start a metric's name");
  }
  if (const auto problem = TelemetryPathProblem(options.telemetry_path, options.debug)) {
    return bad("--web.telemetry-path", Quoted(options.telemetry_path) + " " + *problem);
  }
  Result<process::KeepCapabilities> keep = process::ParseCapabilities(texts.capabilities);
  if (!keep) return bad("--capabilities.keep", keep.error().Message());
  options.capabilities = *std::move(keep);
  for (const auto& [flag, size] : {std::pair("--config.cache-size", texts.cache_size),
                                   std::pair("--config.skip-cache-size", texts.skip_cache_size)}) {
    const config::Number<std::int64_t> number = config::ParseInteger(size);
    if (!size.empty() && (number.problem != config::NumberProblem::kNone || number.value < 0)) {
      return bad(flag, Quoted(size) + " is not a number");
    }
  }
  return std::nullopt;
}

}  // namespace

std::variant<Options, EarlyExit> ParseOptions(const std::vector<std::string>& arguments) {
  CommandLine line;
  try {
    const std::vector<std::string> all = WithEmptyValues(arguments);
    line.app.parse(std::vector<std::string>(all.rbegin(), all.rend()));
  } catch (const CLI::CallForHelp&) {
    std::string help = line.app.help();
    help.erase(help.find_last_not_of('\n') + 1);
    return EarlyExit{kFine, std::move(help)};
  } catch (const CLI::CallForVersion& version) {
    return EarlyExit{kFine, version.what()};
  } catch (const CLI::ArgumentMismatch& error) {
    return WrongCount(error);
  } catch (const CLI::Error& error) {
    return Usage(error.what());
  }
  for (const std::string& argument : line.app.remaining(true)) {
    if (argument != "--") return Unexpected(argument);
  }
  if (line.check->parsed()) line.options.command = Command::kCheck;
  if (std::optional<EarlyExit> exit = Interpret(line.texts, line.options)) return *exit;
  return std::move(line.options);
}

std::vector<std::string> FlagNames() {
  CommandLine line;
  std::vector<std::string> names;
  for (const CLI::Option* option : line.app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (!name.starts_with("no-")) names.push_back("--" + name);
    }
  }
  return names;
}

}  // namespace bpf_exporter::app
