// SPDX-License-Identifier: Apache-2.0
// Tests: self_metrics_test.cc
#include "metrics/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

#include "base/fd.h"
#include "base/folder.h"
#include "metrics/self_metrics.h"

namespace bpf_exporter::metrics {
namespace {

// The line of PID/stat: its fields from number 3 (state) on, as the name before them may hold
// anything. Read without a stream, whose buffers and strings were 60 allocations a snapshot.
class StatLine {
 public:
  explicit StatLine(const std::string& path) {
    const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) return;
    const ssize_t size = read(file.get(), text_.data(), text_.size() - 1);
    const std::string_view text(text_.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    const std::size_t name_end = text.rfind(')');
    if (name_end != std::string_view::npos) fields_ = text.substr(name_end + 1);
  }

  bool empty() const { return fields_.empty(); }

  // Returns the field with that number in proc(5), where the first is 1; 0 if it is not there.
  double Number(std::size_t number) const {
    std::string_view rest = fields_;
    for (std::size_t field = 3;; ++field) {
      const std::size_t start = rest.find_first_not_of(' ');
      if (start == std::string_view::npos) return 0;
      rest.remove_prefix(start);
      // The text ends with a 0, before which the conversion stops.
      if (field == number) return std::strtod(rest.data(), nullptr);
      rest.remove_prefix(std::min(rest.find(' '), rest.size()));
    }
  }

 private:
  std::array<char, 2048> text_{};  // 52 fields of at most 20 digits, and the name
  std::string_view fields_;
};

double TicksPerSecond() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

double BootTime(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return 0;
}

// Returns how many entries the folder has; the descriptor that it is read through is one of them
// in /proc/self/fd, and is not counted.
std::optional<double> CountOtherEntries(const std::string& path) {
  const FolderPtr folder = OpenFolder(path);
  if (folder == nullptr) return std::nullopt;
  double count = 0;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") ++count;
  }
  return count - 1;
}

// Reads the line of names and the line of numbers that begin with "IpExt:".
void ReadNetwork(const std::string& path, ProcessStats& stats) {
  std::ifstream file(path);
  std::string names;
  for (std::string line; std::getline(file, line); names = line) {
    if (!line.starts_with("IpExt:") || !names.starts_with("IpExt:")) continue;
    std::istringstream name_words(names);
    std::istringstream number_words(line);
    std::string name;
    std::string number;
    while (name_words >> name && number_words >> number) {
      if (name == "InOctets") stats.network_received_bytes = std::strtod(number.c_str(), nullptr);
      if (name == "OutOctets") stats.network_sent_bytes = std::strtod(number.c_str(), nullptr);
    }
  }
}

std::optional<double> SoftLimit(decltype(RLIMIT_AS) which) {
  rlimit limit{};
  if (getrlimit(which, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);  // RLIM_INFINITY as 2^64, as other exporters say it
}

}  // namespace

ProcessStats ReadProcessStats(const std::string& proc) {
  ProcessStats stats;
  stats.max_fds = SoftLimit(RLIMIT_NOFILE);
  stats.virtual_max_bytes = SoftLimit(RLIMIT_AS);
  stats.open_fds = CountOtherEntries(proc + "/self/fd");
  ReadNetwork(proc + "/self/net/netstat", stats);
  const StatLine line(proc + "/self/stat");
  if (line.empty()) return stats;
  stats.cpu_seconds = (line.Number(14) + line.Number(15)) / TicksPerSecond();
  stats.threads = line.Number(20);
  stats.virtual_bytes = line.Number(23);
  stats.resident_bytes = line.Number(24) * static_cast<double>(sysconf(_SC_PAGESIZE));
  return stats;
}

double ReadStartTime(const std::string& proc) {
  const StatLine line(proc + "/self/stat");
  const double boot = BootTime(proc + "/stat");
  if (line.empty() || boot == 0) return 0;
  return boot + line.Number(22) / TicksPerSecond();
}

void ProcessFigures::Report(SelfMetrics& self) {
  const ProcessStats process = ReadProcessStats();
  self.SetOrRemove(kCpuSeconds, process.cpu_seconds);
  self.SetOrRemove(kOpenFds, process.open_fds);
  self.SetOrRemove(kMaxFds, process.max_fds);
  self.SetOrRemove(kVirtualMemory, process.virtual_bytes);
  self.SetOrRemove(kVirtualMemoryMax, process.virtual_max_bytes);
  self.SetOrRemove(kResidentMemory, process.resident_bytes);
  self.SetOrRemove(kStartTime, start_time_ == 0 ? std::nullopt : std::optional(start_time_));
  self.SetOrRemove(kThreads, process.threads);
  self.SetOrRemove(kNetworkReceived, process.network_received_bytes);
  self.SetOrRemove(kNetworkSent, process.network_sent_bytes);
}

}  // namespace bpf_exporter::metrics
