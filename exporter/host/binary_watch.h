// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"

namespace bpf_exporter::host {

struct BinaryFile {
  std::string path;  // one of those that lead to it
  std::uint64_t inode = 0;
};
// Executable files by ids that say which file on disk it is, whatever path leads to it.
using BinaryFiles = std::map<std::uint64_t, BinaryFile>;

constexpr std::size_t kMaxBinaries = 512;

// Returns the regular files that `pattern` names now: a path, a glob such as
// /proc/*/root/usr/lib/*/libssl.so.3, or a name without a slash, which is looked for among the
// libraries if it has ".so" in it, else in $PATH. At most kMaxBinaries. Nothing: a name without a
// slash that is in none of these folders.
std::optional<BinaryFiles> FindBinaries(const std::string& pattern);

// Follows the files that certain patterns name, as packages replace them and processes with files
// of their own come and go. A file that was replaced stays for as long as a process has it mapped:
// those that began before the upgrade go on in the old one. One thread.
class BinaryWatch {
 public:
  explicit BinaryWatch(std::vector<std::string> patterns);

  // Looks, unless it did within the last second before `now`, or five for globs.
  void Look(Time now);

  // Returns the files of a pattern that it follows, as they were at the last Look(); null: not
  // known.
  const BinaryFiles* Of(const std::string& pattern) const;

 private:
  static void KeepNames(const BinaryFiles& before, BinaryFiles& now);
  void AddMapped(const std::map<std::string, BinaryFiles>& replaced, Time now);

  std::map<std::string, std::optional<BinaryFiles>> found_;  // by pattern
  std::optional<Time> looked_;
  std::optional<Time> globbed_;
  std::set<std::uint64_t> mapped_;  // inodes, as they were at `asked_`
  std::optional<Time> asked_;
};

}  // namespace bpf_exporter::host
