// SPDX-License-Identifier: Apache-2.0
#include "metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace bpf_exporter::metrics {
namespace {

// The fields of PID/stat from number 3 (state) on; the name before them may hold anything.
std::vector<std::string> StatFields(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  std::vector<std::string> fields;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return fields;
  std::istringstream rest(text.substr(name_end + 1));
  for (std::string field; rest >> field;) fields.push_back(std::move(field));
  return fields;
}

// Of the field with that number in proc(5), where the first is 1; 0 if it is not there.
double Number(const std::vector<std::string>& fields, std::size_t number) {
  const std::size_t index = number - 3;
  return index < fields.size() ? std::strtod(fields[index].c_str(), nullptr) : 0;
}

double TicksPerSecond() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

double BootTime(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return 0;
}

double CountEntries(const std::string& path) {
  std::error_code error;
  const std::filesystem::directory_iterator folder(path, error);
  if (error) return 0;
  const auto count = std::distance(begin(folder), end(folder));
  return static_cast<double>(count) - 1;  // without the folder's own
}

double SoftLimit(decltype(RLIMIT_AS) which) {
  rlimit limit{};
  if (getrlimit(which, &limit) != 0) return 0;
  return static_cast<double>(limit.rlim_cur);  // RLIM_INFINITY as 2^64, as other exporters say it
}

}  // namespace

ProcessStats ReadProcessStats(const std::string& proc) {
  ProcessStats stats;
  stats.max_fds = SoftLimit(RLIMIT_NOFILE);
  stats.virtual_max_bytes = SoftLimit(RLIMIT_AS);
  stats.open_fds = CountEntries(proc + "/self/fd");
  const std::vector<std::string> fields = StatFields(proc + "/self/stat");
  stats.cpu_seconds = (Number(fields, 14) + Number(fields, 15)) / TicksPerSecond();
  stats.threads = Number(fields, 20);
  stats.virtual_bytes = Number(fields, 23);
  stats.resident_bytes = Number(fields, 24) * static_cast<double>(sysconf(_SC_PAGESIZE));
  return stats;
}

double ReadStartTime(const std::string& proc) {
  const std::vector<std::string> fields = StatFields(proc + "/self/stat");
  const double boot = BootTime(proc + "/stat");
  if (fields.empty() || boot == 0) return 0;
  return boot + Number(fields, 22) / TicksPerSecond();
}

}  // namespace bpf_exporter::metrics
