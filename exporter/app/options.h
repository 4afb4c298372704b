// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/exit_code.h"
#include "exposition/format.h"
#include "process/capabilities.h"

namespace bpf_exporter::app {

// What the process is asked to do: the commands `check` and `init`, or without one what it is there
// for.
enum class Command { kExport, kCheck, kInit };

// What the command line says, and the defaults of all flags.
struct Options {
  Command command = Command::kExport;
  std::vector<std::string> check_files;  // the arguments of kCheck
  bool check_memory = false;             // of kCheck: prints what each map takes
  bool lint = true;                      // of kCheck: warns as `promtool check metrics` does
  std::string init_object;               // the argument of kInit

  std::string config_dir = "/etc/bpf_exporter";
  std::vector<std::string> config_names;  // empty: all in config_dir
  std::vector<std::string> by_cgroup;     // of them, those that count by control group
  std::string programs_dir;               // empty: DefaultProgramsDir()
  std::chrono::nanoseconds snapshot_interval = std::chrono::seconds(5);  // 0: at every scrape
  std::string metrics_prefix = "ebpf_exporter_";
  std::uint32_t max_series = 100'000;
  std::uint32_t buffer_pages = 64;  // of a perf buffer, for each CPU
  // Kernel memory of a configuration's maps, in bytes; not given: what the host can spare.
  std::optional<std::uint64_t> max_memory;
  std::string listen_address = ":9435";
  std::string telemetry_path = "/metrics";
  bool strace_syscall_names = false;  // of files that do not say
  std::string btf_path;
  bool config_check = false;
  bool cleanup = false;
  bool config_strict = false;
  bool debug = false;
  bool no_timestamps = false;
  bool bpf_stats = false;
  process::KeepCapabilities capabilities;
  bool openmetrics_created = true;               // lines of when counting began
  std::optional<std::chrono::nanoseconds> once;  // prints one page after that time, and ends
  std::optional<exposition::Format> format;      // of that page; not given: text
};

// The program ends here, with a text for standard output (kFine) or one line for standard error
// (kWrongUse).
struct EarlyExit {
  ExitCode code = kFine;
  std::string text;
};

// Reads the arguments after the program's name. Never throws.
std::variant<Options, EarlyExit> ParseOptions(const std::vector<std::string>& arguments);

// Returns the flags as "--name", in the order of --help; for the documentation's test.
std::vector<std::string> FlagNames();

}  // namespace bpf_exporter::app
