// SPDX-License-Identifier: Apache-2.0
// Tests: binary_watch_test.cc
#include "host/find_binaries.h"

#include <fmt/core.h>
#include <glob.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "base/text.h"

namespace bpf_exporter::host {
namespace {

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

}  // namespace

bool IsGlob(const std::string& pattern) {
  return pattern.find_first_of("*?[") != std::string::npos;
}

void ForEachPath(const std::string& pattern, const std::function<void(const std::string&)>& visit) {
  glob_t paths{};
  const std::unique_ptr<glob_t, decltype(&globfree)> owner(&paths, globfree);
  if (glob(pattern.c_str(), GLOB_NOSORT, nullptr, &paths) != 0) return;
  for (std::size_t i = 0; i < paths.gl_pathc; ++i) visit(std::string(paths.gl_pathv[i]));
}

std::uint64_t BinaryIdOf(const std::string& path) { return IdentityOf(path).id; }

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

}  // namespace bpf_exporter::host
