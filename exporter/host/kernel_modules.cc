// SPDX-License-Identifier: Apache-2.0
#include "host/kernel_modules.h"

#include <dirent.h>

#include <memory>

namespace bpf_exporter::host {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

}  // namespace

// The entries of a folder tell the inodes, so that no file need be asked.
KernelModules ModulesNow(const std::string& folder) {
  KernelModules modules;
  const std::unique_ptr<DIR, CloseFolder> open(opendir(folder.c_str()));
  if (open == nullptr) return modules;
  while (const dirent* entry = readdir(open.get())) {
    if (entry->d_name[0] != '.') modules.emplace(entry->d_name, entry->d_ino);
  }
  return modules;
}

}  // namespace bpf_exporter::host
