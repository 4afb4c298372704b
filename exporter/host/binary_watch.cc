// SPDX-License-Identifier: Apache-2.0
#include "host/binary_watch.h"

#include <fmt/core.h>
#include <glob.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace bpf_exporter::host {
namespace {

constexpr std::chrono::seconds kBetweenLooks{1};
constexpr std::chrono::seconds kBetweenGlobs{5};       // which may go through all processes
constexpr std::chrono::seconds kBetweenQuestions{60};  // the mappings of all processes are many

// Where libraries are beside the folders of $LD_LIBRARY_PATH, as libbpf 1.1 looks for them.
#if defined(__x86_64__)
constexpr std::string_view kLibraries = "/usr/lib64:/usr/lib:/lib/x86_64-linux-gnu";
#elif defined(__aarch64__)
constexpr std::string_view kLibraries = "/usr/lib64:/usr/lib:/lib/aarch64-linux-gnu";
#else
constexpr std::string_view kLibraries = "/usr/lib64:/usr/lib";
#endif

struct Identity {
  std::uint64_t id = 0;  // 0: there is no regular file
  std::uint64_t inode = 0;
};

Identity IdentityOf(const std::string& path) {
  struct stat status {};
  struct statfs system {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  if (statfs(path.c_str(), &system) != 0) return {};
  // Containers of one image have an overlay each, with a device of its own, and the kernel takes a
  // probe to the one file below. The inode is that file's.
  const bool overlay = system.f_type == OVERLAYFS_SUPER_MAGIC;
  constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;  // so that devices do not overlap
  return {status.st_ino ^ ((overlay ? 1 : status.st_dev) * kSpread), status.st_ino};
}

std::string_view Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Returns the first file of that name in the folders that libbpf would look in; empty: there is
// none.
std::string InSearchPath(const std::string& name) {
  const bool library = name.find(".so") != std::string::npos;
  for (const std::string_view folders :
       {library ? Environment("LD_LIBRARY_PATH") : Environment("PATH"),
        library ? kLibraries : std::string_view("/usr/bin:/usr/sbin")}) {
    for (const std::string_view folder : Split(folders, ':')) {
      std::string path = fmt::format("{}/{}", folder, name);
      if (!folder.empty() && IdentityOf(path).id != 0) return path;
    }
  }
  return {};
}

bool IsGlob(const std::string& pattern) {
  return pattern.find_first_of("*?[") != std::string::npos;
}

// Calls `visit` with each path that the glob names.
template <typename Visit>
void ForEachPath(const std::string& pattern, Visit visit) {
  glob_t paths{};
  const std::unique_ptr<glob_t, decltype(&globfree)> owner(&paths, globfree);
  if (glob(pattern.c_str(), GLOB_NOSORT, nullptr, &paths) != 0) return;
  for (std::size_t i = 0; i < paths.gl_pathc; ++i) visit(std::string(paths.gl_pathv[i]));
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

std::optional<BinaryFiles> FindBinaries(const std::string& pattern) {
  BinaryFiles files;
  const auto add = [&](const std::string& path) {
    const Identity identity = IdentityOf(path);
    if (identity.id != 0 && files.size() < kMaxBinaries) {
      files.try_emplace(identity.id, BinaryFile{path, identity.inode});
    }
  };
  if (pattern.find('/') == std::string::npos) {
    const std::string path = InSearchPath(pattern);
    if (path.empty()) return std::nullopt;
    add(path);
  } else if (!IsGlob(pattern)) {
    add(pattern);
  } else {
    ForEachPath(pattern, add);
  }
  return files;
}

BinaryWatch::BinaryWatch(std::vector<std::string> patterns) {
  for (std::string& pattern : patterns) found_.try_emplace(std::move(pattern));
}

void BinaryWatch::Look(Time now) {
  if (looked_ && now - *looked_ < kBetweenLooks) return;
  looked_ = now;
  const bool globs = !globbed_ || now - *globbed_ >= kBetweenGlobs;
  if (globs) globbed_ = now;
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
  if (!replaced.empty()) AddMapped(replaced, now);
}

// A file that several processes have keeps the path by which it was found first, while that leads
// to it.
void BinaryWatch::KeepNames(const BinaryFiles& before, BinaryFiles& now) {
  for (auto& [id, file] : now) {
    const auto known = before.find(id);
    if (known != before.end() && IdentityOf(known->second.path).id == id) file = known->second;
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
