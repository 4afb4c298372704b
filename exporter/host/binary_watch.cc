// SPDX-License-Identifier: Apache-2.0
#include "host/binary_watch.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <string_view>
#include <utility>

#include "base/pace.h"
#include "base/text.h"

namespace bpf_exporter::host {
namespace {

constexpr std::chrono::seconds kBetweenLooks{1};
constexpr std::chrono::seconds kBetweenGlobs{5};  // without a sign of anything new
constexpr std::chrono::seconds kRestless{5};      // after one: packages are put in place slowly
constexpr std::chrono::seconds kBetweenQuestions{60};  // the mappings of all processes are many

// Returns what is before the first component that has a wildcard: "/usr/lib" of "/usr/lib/*/a".
std::string FixedFolder(const std::string& glob) {
  const std::size_t slash = glob.rfind('/', glob.find_first_of("*?["));
  return slash == std::string::npos ? std::string() : glob.substr(0, slash);
}

// Returns what comes after the process in a pattern of all processes: "/root/usr/lib/…" of
// "/proc/*/root/usr/lib/…"; empty for others.
std::string InProcess(const std::string& glob) {
  if (FixedFolder(glob) != "/proc") return {};
  const std::size_t slash = glob.find('/', std::string_view("/proc/").size());
  return slash == std::string::npos ? std::string() : glob.substr(slash);
}

// Returns the process of a path such as /proc/123/root/…; 0: of none.
int ProcessOf(const std::string& path) {
  constexpr std::string_view kStart = "/proc/";
  if (!path.starts_with(kStart)) return 0;
  const std::size_t end = path.find('/', kStart.size());
  return ParseWhole<int>(path.substr(kStart.size(), end - kStart.size())).value_or(0);
}

// Returns the inodes of all files that processes have mapped.
std::set<std::uint64_t> MappedInodes() {
  std::set<std::uint64_t> inodes;
  ForEachPath("/proc/[0-9]*/maps", [&](const std::string& path) {
    std::ifstream maps(path);
    // "ADDRESSES FLAGS OFFSET DEVICE INODE PATH", proc(5).
    std::string addresses, flags, offset, device, rest;
    for (std::uint64_t inode = 0; maps >> addresses >> flags >> offset >> device >> inode;) {
      if (inode != 0) inodes.insert(inode);
      std::getline(maps, rest);
    }
  });
  return inodes;
}

}  // namespace

BinaryWatch::BinaryWatch(std::vector<std::string> patterns) {
  for (std::string& pattern : patterns) {
    in_processes_ = in_processes_ || !InProcess(pattern).empty();
    found_.try_emplace(std::move(pattern));
  }
}

void BinaryWatch::Look(Time now) {
  if (folders_.Happened()) restless_ = now + kRestless;
  if (looked_ && now - *looked_ < kBetweenLooks) return;
  looked_ = now;
  if (in_processes_) processes_.Look(now);
  const bool globs = AreGlobsDue(now);
  if (globs) globbed_ = now;
  const Time start = std::chrono::steady_clock::now();
  std::map<std::string, BinaryFiles> replaced;
  for (auto& [pattern, known] : found_) {
    if (IsGlob(pattern) && !globs) continue;
    std::optional<BinaryFiles> found = FindBinaries(pattern);
    if (!found && known) found.emplace();  // it was there, and is gone
    if (found && known) {
      for (const auto& [id, file] : *known) {
        if (!found->contains(id)) replaced[pattern].emplace(id, file);
      }
      KeepNames(*known, *found);
    }
    known = std::move(found);
  }
  if (globs) {
    globbing_ = std::chrono::steady_clock::now() - start;
    roots_.clear();  // the kernel gives their numbers away again
    // What came before the folders were watched is seen by one look more.
    if (folders_.Watch(FoldersOfGlobs())) restless_ = std::max(restless_, now + kBetweenLooks);
  }
  AddOfYoungProcesses();
  if (!replaced.empty()) AddMapped(replaced, now);
}

bool BinaryWatch::AreGlobsDue(Time now) {
  if (!globbed_ || now - *globbed_ >= kBetweenGlobs) return true;
  // Where they take long, they are not so often.
  if (now - *globbed_ < RestAfter(globbing_)) return false;
  if (now <= restless_) return true;
  for (const auto& [pattern, files] : found_) {
    if (InProcess(pattern).empty() || !files) continue;
    for (const auto& [id, file] : *files) {
      if (processes_.ended().contains(ProcessOf(file.path))) return true;
    }
  }
  return false;
}

// The folders whose changes may change what the globs name; those of processes tell nothing.
std::set<std::string> BinaryWatch::FoldersOfGlobs() const {
  std::set<std::string> folders;
  for (const auto& [pattern, files] : found_) {
    if (!IsGlob(pattern)) continue;
    const bool in_process = !InProcess(pattern).empty();
    const std::string fixed = FixedFolder(pattern);
    if (!in_process && !fixed.empty()) folders.insert(fixed);
    for (const auto& [id, file] : files.value_or(BinaryFiles())) {
      std::string folder = file.path.substr(0, file.path.rfind('/'));
      for (; folder.size() > fixed.size(); folder.resize(folder.rfind('/'))) {
        folders.insert(folder);
        if (in_process) break;
      }
    }
  }
  return folders;
}

// Adds what globs of all processes find in those that came: as most have the root of another, few
// are looked in.
void BinaryWatch::AddOfYoungProcesses() {
  for (const int process : processes_.young()) {
    const bool new_root = HasNewRoot(process);
    for (auto& [pattern, files] : found_) {
      const std::string rest = InProcess(pattern);
      if (rest.empty() || !files || (rest.starts_with("/root/") && !new_root)) continue;
      const auto found = FindBinaries(fmt::format("/proc/{}{}", process, rest));
      for (const auto& [id, file] : found.value_or(BinaryFiles())) {
        if (files->size() < kMaxBinaries) files->try_emplace(id, file);
      }
    }
  }
}

// Returns whether no young process before had that root.
bool BinaryWatch::HasNewRoot(int process) {
  struct stat root {};
  struct stat mounts {};
  if (stat(fmt::format("/proc/{}/root/", process).c_str(), &root) != 0 ||
      stat(fmt::format("/proc/{}/ns/mnt", process).c_str(), &mounts) != 0) {
    return false;
  }
  return roots_.insert(fmt::format("{} {} {}", root.st_dev, root.st_ino, mounts.st_ino)).second;
}

// A file that several processes have keeps the path by which it was found first, while that leads
// to it.
void BinaryWatch::KeepNames(const BinaryFiles& before, BinaryFiles& now) {
  for (auto& [id, file] : now) {
    const auto known = before.find(id);
    if (known != before.end() && BinaryIdOf(known->second.path) == id) file = known->second;
  }
}

void BinaryWatch::AddMapped(const std::map<std::string, BinaryFiles>& replaced, Time now) {
  if (!asked_ || now - *asked_ >= kBetweenQuestions) {
    asked_ = now;
    mapped_ = MappedInodes();
  }
  for (const auto& [pattern, files] : replaced) {
    for (const auto& [id, file] : files) {
      if (mapped_.contains(file.inode)) found_[pattern]->emplace(id, file);
    }
  }
}

const BinaryFiles* BinaryWatch::Of(const std::string& pattern) const {
  const auto found = found_.find(pattern);
  return found == found_.end() || !found->second ? nullptr : &*found->second;
}

}  // namespace bpf_exporter::host
