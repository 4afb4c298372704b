// SPDX-License-Identifier: Apache-2.0
#include "host/kernel_modules.h"

#include "base/folder.h"

namespace bpf_exporter::host {

// The entries of a folder tell the inodes, so that no file need be asked.
KernelModules ModulesNow(const std::string& folder) {
  KernelModules modules;
  const FolderPtr open = OpenFolder(folder);
  if (open == nullptr) return modules;
  while (const dirent* entry = readdir(open.get())) {
    if (entry->d_name[0] != '.') modules.emplace(entry->d_name, entry->d_ino);
  }
  return modules;
}

}  // namespace bpf_exporter::host
