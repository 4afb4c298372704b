// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

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

// Returns the id of the regular file that the path leads to; 0: there is none.
std::uint64_t BinaryIdOf(const std::string& path);

// Returns whether a pattern has a wildcard.
bool IsGlob(const std::string& pattern);

// Calls `visit` with each path that the glob names.
void ForEachPath(const std::string& glob, const std::function<void(const std::string&)>& visit);

}  // namespace bpf_exporter::host
