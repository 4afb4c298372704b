// SPDX-License-Identifier: Apache-2.0
// Tests: options_test.cc
#include "app/flags.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <limits>
#include <set>
#include <utility>

#include "base/size.h"
#include "base/text.h"
#include "config/files.h"
#include "config/names.h"
#include "config/numbers.h"
#include "config/top_level.h"

namespace bpf_exporter::app {
namespace {

constexpr std::int64_t kMaxBufferPages = 16'384;  // 64 MiB a CPU

Flag OnOff(const char* name, bool Options::*on, const char* help) {
  return {name, nullptr, help, on};
}

// Marks a flag that makes a difference to the command check.
Flag ForCheck(Flag flag) {
  flag.for_check = true;
  return flag;
}

// Makes a flag whose value is any text.
Flag Text(const char* name, const char* type, std::string Options::*value, const char* help) {
  return {.name = name,
          .type = type,
          .help = help,
          .read = [value](const std::string& text, Options& options) -> Status {
            options.*value = text;
            return {};
          },
          .show = [value](const Options& options) { return options.*value; }};
}

// Makes a flag of ebpf_exporter that is checked and has no effect.
Flag Ignored(const char* name, const char* help) {
  return {.name = name,
          .type = "N",
          .help = help,
          .read = [](const std::string& text, Options&) -> Status {
            const config::Number<std::int64_t> number = config::ParseInteger(text);
            if (text.empty()) return {};
            if (number.problem != config::NumberProblem::kNone || number.value < 0) {
              return Error{Quoted(text) + " is not a number"};
            }
            return {};
          }};
}

// Makes a flag whose value is a list of configurations.
Flag Names(const char* name, std::vector<std::string> Options::*names, const char* help) {
  return {.name = name,
          .type = "NAMES",
          .help = help,
          .read = [names](const std::string& text, Options& options) -> Status {
            if (text.empty()) return {};
            std::set<std::string> seen;
            for (const std::string_view part : Split(text, ',')) {
              std::string one(Trim(part));
              if (const Status valid = config::ValidConfigName(one); !valid.ok()) return valid;
              if (!seen.insert(one).second) return Error{Quoted(one) + " is given twice"};
              (options.*names).push_back(std::move(one));
            }
            return {};
          }};
}

Status ReadInterval(const std::string& text, Options& options) {
  const config::Number<std::int64_t> interval = config::ParseDuration(text);
  if (interval.problem != config::NumberProblem::kNone) {
    return Error{Quoted(text) + " is not a duration such as 5s or 500ms" + interval.remedy};
  }
  options.snapshot_interval = std::chrono::nanoseconds(interval.value);
  return {};
}

std::string ShowInterval(const Options& options) {
  return fmt::format("{}s", std::chrono::duration<double>(options.snapshot_interval).count());
}

Status ReadPrefix(const std::string& text, Options& options) {
  // A prefix is checked as a part of the shortest name that it can begin.
  if (!config::IsMetricName(text + "x")) {
    return Error{Quoted(text) + " cannot start a metric's name"};
  }
  options.metrics_prefix = text;
  return {};
}

Status ReadMaxSeries(const std::string& text, Options& options) {
  constexpr std::int64_t kMax = std::numeric_limits<std::uint32_t>::max();
  const config::Number<std::int64_t> number = config::ParseInteger(text);
  if (number.problem != config::NumberProblem::kNone || number.value < 1 || number.value > kMax) {
    return Error{fmt::format("{} is not a number from 1 to {}", Quoted(text), kMax)};
  }
  options.max_series = static_cast<std::uint32_t>(number.value);
  return {};
}

Status ReadBufferPages(const std::string& text, Options& options) {
  const config::Number<std::int64_t> number = config::ParseInteger(text);
  if (number.problem != config::NumberProblem::kNone || number.value < 1 ||
      number.value > kMaxBufferPages ||
      !std::has_single_bit(static_cast<std::uint64_t>(number.value))) {
    return Error{
        fmt::format("{} is not a power of two from 1 to {}", Quoted(text), kMaxBufferPages)};
  }
  options.buffer_pages = static_cast<std::uint32_t>(number.value);
  return {};
}

Status ReadMaxMemory(const std::string& text, Options& options) {
  const Result<std::uint64_t> size = ParseSize(text);
  if (!size) return size.error();
  options.max_memory = *size;
  return {};
}

Status ReadSyscallNames(const std::string& text, Options& options) {
  const std::vector<std::string> sources = config::SyscallNameSources();
  const auto found = std::find(sources.begin(), sources.end(), text);
  if (found == sources.end()) {
    return Error{Quoted(text) + " is not one of " + List(sources)};
  }
  options.strace_syscall_names = *found == "strace";
  return {};
}

Status ReadTelemetryPath(const std::string& text, Options& options) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/._~-").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.starts_with('/')) return Error{Quoted(text) + " must start with '/'"};
  if (!std::all_of(text.begin(), text.end(), plain)) {
    return Error{Quoted(text) + " may hold letters, digits and / . _ ~ - only"};
  }
  options.telemetry_path = text;
  return {};
}

Status ReadOnce(const std::string& text, Options& options) {
  const config::Number<std::int64_t> wait = config::ParseDuration(text);
  if (wait.problem != config::NumberProblem::kNone) {
    return Error{Quoted(text) + " is not a duration such as 10s or 500ms" + wait.remedy};
  }
  options.once = std::chrono::nanoseconds(wait.value);
  return {};
}

Status ReadFormat(const std::string& text, Options& options) {
  constexpr std::pair<std::string_view, exposition::Format> kNames[] = {
      {"text", exposition::Format::kText},
      {"openmetrics", exposition::Format::kOpenMetrics},
      {"protobuf", exposition::Format::kProtobuf}};
  for (const auto& [name, format] : kNames) {
    if (text == name) options.format = format;
  }
  if (options.format) return {};
  return Error{Quoted(text) + " is not one of text, openmetrics and protobuf"};
}

Status ReadCapabilities(const std::string& text, Options& options) {
  Result<process::KeepCapabilities> keep = process::ParseCapabilities(text);
  if (!keep) return keep.error();
  options.capabilities = *std::move(keep);
  return {};
}

}  // namespace

const std::vector<Flag>& Flags() {
  static const std::vector<Flag> flags = {
      ForCheck(Text("config.dir", "DIR", &Options::config_dir,
                    "Directory of the configurations, NAME.yaml")),
      ForCheck(Names("config.names", &Options::config_names,
                     "Comma-separated names to run; default: all in --config.dir")),
      ForCheck(Names(
          "config.by-cgroup", &Options::by_cgroup,
          "Comma-separated names of those whose constant by_cgroup is set to true, whatever their "
          "files say")),
      OnOff("config.check", &Options::config_check, "Load and attach everything, then exit"),
      OnOff("config.strict", &Options::config_strict,
            "Exit when any configuration or program fails"),
      OnOff(
          "cleanup", &Options::cleanup,
          "Remove the tc filters that killed runs left (of --config.names, or of all), then exit"),
      Ignored("config.cache-size",
              "Accepted, without effect: decoded labels are kept as long as their key is in the "
              "map"),
      Ignored("config.skip-cache-size", "Accepted, without effect: as above"),
      ForCheck(Text("programs.dir", "DIR", &Options::programs_dir,
                    "Directory of the BPF objects that are not beside their YAML file")),
      {.name = "snapshot.interval",
       .type = "DURATION",
       .help = "Time between snapshots of the maps; 0 takes one at every scrape",
       .read = ReadInterval,
       .show = ShowInterval},
      {.name = "metrics.prefix",
       .type = "PREFIX",
       .help = "What the names of all metrics start with",
       .read = ReadPrefix,
       .show = [](const Options& options) { return options.metrics_prefix; },
       .for_check = true},
      {.name = "compat.syscall-names",
       .type = "NAMES",
       .help = "Names of system calls where a configuration does not say: kernel, or strace, as "
               "ebpf_exporter has them",
       .read = ReadSyscallNames,
       .show =
           [](const Options& options) {
             return std::string(options.strace_syscall_names ? "strace" : "kernel");
           }},
      {.name = "metrics.max-series",
       .type = "N",
       .help = "Most series of a metric that does not say",
       .read = ReadMaxSeries,
       .show = [](const Options& options) { return std::to_string(options.max_series); }},
      {.name = "events.buffer-pages",
       .type = "N",
       .help = "Size of a perf event array's buffer for each CPU, in pages; a power of two",
       .read = ReadBufferPages,
       .show = [](const Options& options) { return std::to_string(options.buffer_pages); },
       .for_check = true},
      Text("web.listen-address", "ADDRESS", &Options::listen_address,
           "HOST:PORT, [IPV6]:PORT or :PORT to serve HTTP on"),
      {.name = "web.telemetry-path",
       .type = "PATH",
       .help = "Path of the page of metrics",
       .read = ReadTelemetryPath,
       .show = [](const Options& options) { return options.telemetry_path; }},
      OnOff("openmetrics.created", &Options::openmetrics_created,
            "Have OpenMetrics tell since when each series is counted; some servers store that as "
            "further series"),
      Text("btf.path", "FILE", &Options::btf_path,
           "File with the kernel's BTF, if it has none itself"),
      OnOff("bpf.stats", &Options::bpf_stats, "Have the kernel measure how long programs run"),
      {.name = "bpf.max-memory",
       .type = "SIZE",
       .help = "Most kernel memory that the maps of a configuration may take, such as 512MiB; "
               "default: 1GiB a map, and in all a quarter of what the host or the cgroup has",
       .read = ReadMaxMemory,
       .for_check = true},
      {.name = "capabilities.keep",
       .type = "CAPABILITIES",
       .help = "Capabilities to keep once everything is attached: all, none, or a list of names",
       .read = ReadCapabilities,
       .show =
           [](const Options& options) { return process::CapabilitiesText(options.capabilities); }},
      {.name = "once",
       .type = "DURATION",
       .help = "Load, wait (1s if no time is given), print one page and exit; opens no port",
       .read = ReadOnce,
       .alone = "1s"},
      {.name = "format",
       .type = "FORMAT",
       .help = "Of the page that --once prints: text (the default), openmetrics or protobuf",
       .read = ReadFormat},
      ForCheck(OnOff("debug", &Options::debug, "Log what libbpf says, too, and serve /maps")),
      OnOff("log.no-timestamps", &Options::no_timestamps, "Log lines without the time"),
  };
  return flags;
}

}  // namespace bpf_exporter::app
