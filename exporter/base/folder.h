// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dirent.h>

#include <memory>
#include <string>

namespace bpf_exporter {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

// An open folder, to be read with readdir(3); closes it.
using FolderPtr = std::unique_ptr<DIR, CloseFolder>;

// Returns null, with errno set, where it cannot be opened.
inline FolderPtr OpenFolder(const std::string& path) { return FolderPtr(opendir(path.c_str())); }

}  // namespace bpf_exporter
