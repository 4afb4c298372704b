// SPDX-License-Identifier: Apache-2.0
#include "host/memory.h"

#include <linux/version.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace bpf_exporter::host {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> NumberIn(const fs::path& file) {
  std::ifstream in(file);
  std::string word;
  return in >> word ? ParseWhole<std::uint64_t>(word) : std::nullopt;  // "max" is none
}

// Returns the number after `name` in a file of lines "NAME NUMBER …".
std::optional<std::uint64_t> NumberAfter(const fs::path& file, std::string_view name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string first;
    std::uint64_t number = 0;
    if (words >> first && first == name && words >> number) return number;
  }
  return std::nullopt;
}

// The files in which a version of cgroups tells of memory.
struct Files {
  const char* limit;
  const char* usage;
  const char* droppable;  // in memory.stat
};
constexpr Files kV1 = {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};
constexpr Files kV2 = {"memory.max", "memory.current", "inactive_file"};

// What is mounted of a tree of cgroups that can limit memory.
struct Tree {
  bool v1 = false;
  fs::path root;         // the cgroup that is mounted
  fs::path mount_point;  // where
};

bool HasOption(std::string_view options, std::string_view wanted) {
  const std::vector<std::string_view> all = Split(options, ',');
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

std::vector<Tree> Trees(const std::string& proc) {
  std::vector<Tree> trees;
  std::ifstream mounts(proc + "/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    // "31 23 0:28 ROOT MOUNT_POINT OPTIONS [TAG …] - TYPE SOURCE OPTIONS_OF_TYPE"
    std::istringstream words(line);
    std::string word, root, mount_point, type, source, options;
    words >> word >> word >> word >> root >> mount_point;
    while (words >> word && word != "-") continue;
    words >> type >> source >> options;
    const bool v1 = type == "cgroup" && HasOption(options, "memory");
    if (v1 || type == "cgroup2") trees.push_back({v1, root, mount_point});
  }
  return trees;
}

// Returns the cgroup of this process in the tree: "/a/b".
fs::path OwnCgroup(const std::string& proc, bool v1) {
  std::ifstream cgroups(proc + "/self/cgroup");
  for (std::string line; std::getline(cgroups, line);) {
    // "4:memory:/a/b", or for v2 "0::/a/b"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view controllers =
        std::string_view(line).substr(first + 1, second - first - 1);
    if (v1 ? HasOption(controllers, "memory") : line.starts_with("0::")) {
      return line.substr(second + 1);
    }
  }
  return "/";
}

// Returns the folder of the cgroup `own` below the mount point. Without a namespace of its own a
// container may see the whole path, while only its own part is mounted.
fs::path FolderOf(const Tree& tree, const fs::path& own) {
  const fs::path below = own.lexically_relative(tree.root);
  if (below.empty() || below == "." || *below.begin() == "..") return tree.mount_point;
  std::error_code ignored;
  const fs::path folder = tree.mount_point / below;
  return fs::is_directory(folder, ignored) ? folder : tree.mount_point;
}

void AddLimit(const fs::path& folder, const Files& files, std::vector<CgroupMemory>& limits) {
  constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;  // v1 says almost 2^63
  const std::optional<std::uint64_t> limit = NumberIn(folder / files.limit);
  if (!limit || *limit >= kNoLimit) return;
  const std::uint64_t usage = NumberIn(folder / files.usage).value_or(0);
  const std::uint64_t droppable = NumberAfter(folder / "memory.stat", files.droppable).value_or(0);
  const std::uint64_t used = usage - std::min(usage, droppable);
  limits.push_back({folder.string(), *limit, *limit - std::min(*limit, used)});
}

std::optional<std::uint32_t> KernelVersion(const std::string& release) {
  const std::vector<std::string_view> numbers = Split(release, '.');
  if (numbers.size() < 2) return std::nullopt;
  const std::string_view second = numbers[1].substr(0, numbers[1].find_first_not_of("0123456789"));
  const auto major = ParseWhole<std::uint8_t>(numbers[0]);
  const auto minor = ParseWhole<std::uint8_t>(second);
  if (!major || !minor) return std::nullopt;
  return KERNEL_VERSION(std::uint32_t{*major}, std::uint32_t{*minor}, 0u);
}

}  // namespace

Machine ReadMachine(const std::string& sys) {
  Machine machine;
  utsname name{};
  if (uname(&name) == 0) machine.kernel = KernelVersion(name.release).value_or(machine.kernel);
  machine.page_size = static_cast<std::uint32_t>(sysconf(_SC_PAGESIZE));
  // "0-3" or "0,2-5": the last number is the highest.
  std::ifstream file(sys + "/devices/system/cpu/possible");
  std::string ranges;
  file >> ranges;
  const std::size_t last = ranges.find_last_of("-,");
  const std::string_view highest =
      std::string_view(ranges).substr(last == std::string::npos ? 0 : last + 1);
  if (const auto number = ParseWhole<std::uint16_t>(highest)) machine.cpus = *number + 1u;
  return machine;
}

Memory ReadMemory(const std::string& proc) {
  Memory memory;
  if (const auto kibibytes = NumberAfter(proc + "/meminfo", "MemAvailable:")) {
    memory.available = *kibibytes * 1024;
  }
  for (const Tree& tree : Trees(proc)) {
    fs::path folder = FolderOf(tree, OwnCgroup(proc, tree.v1));
    for (;; folder = folder.parent_path()) {
      AddLimit(folder, tree.v1 ? kV1 : kV2, memory.cgroups);
      if (folder == tree.mount_point || !folder.has_relative_path()) break;
    }
  }
  return memory;
}

}  // namespace bpf_exporter::host
