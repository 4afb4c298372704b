// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "host/find_binaries.h"
#include "host/folder_events.h"
#include "host/process_watch.h"

namespace bpf_exporter::host {

// Follows the files that certain patterns name, as packages replace them and processes with files
// of their own come and go. A file that was replaced stays for as long as a process has it mapped:
// those that began before the upgrade go on in the old one. One thread.
class BinaryWatch {
 public:
  explicit BinaryWatch(std::vector<std::string> patterns);

  // Looks, unless it did within the last second before `now`. For globs, which may go through all
  // processes, it does every five seconds, and at once where there is a sign that they name other
  // files: something happened in the folders that they were found in or that are before their first
  // wildcard, or a process came or ended, of patterns such as /proc/*/root/….
  void Look(Time now);

  // Readable when something happened in those folders, for poll(2); -1: nothing will be.
  int fd() const { return folders_.fd(); }

  // Returns the files of a pattern that it follows, as they were at the last Look(); null: not
  // known.
  const BinaryFiles* Of(const std::string& pattern) const;

 private:
  static void KeepNames(const BinaryFiles& before, BinaryFiles& now);
  bool AreGlobsDue(Time now);
  std::set<std::string> FoldersOfGlobs() const;
  void AddOfYoungProcesses();
  bool HasNewRoot(int process);
  void AddMapped(const std::map<std::string, BinaryFiles>& replaced, Time now);

  std::map<std::string, std::optional<BinaryFiles>> found_;  // by pattern
  std::optional<Time> looked_;
  std::optional<Time> globbed_;
  Time::duration globbing_{0};  // how long it took
  FolderEvents folders_;
  Time restless_{};  // until when it globs every second
  ProcessWatch processes_;
  bool in_processes_ = false;       // whether a pattern goes through all of them
  std::set<std::string> roots_;     // of young processes, that were looked in
  std::set<std::uint64_t> mapped_;  // inodes, as they were at `asked_`
  std::optional<Time> asked_;
};

}  // namespace bpf_exporter::host
