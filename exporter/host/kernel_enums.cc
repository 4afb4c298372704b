// SPDX-License-Identifier: Apache-2.0
// Tests: kernel_enum_test.cc
#include "host/kernel_enums.h"

#include <utility>

#include "base/log.h"

namespace bpf_exporter::host {

KernelEnums::KernelEnums(std::string path) : path_(std::move(path)) {}

void KernelEnums::Want(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (!names_.contains(name)) unread_.insert(name);
}

std::string KernelEnums::NameOf(const std::vector<std::string>& enums, std::int64_t number) {
  const std::lock_guard lock(mutex_);
  if (!unread_.empty()) ReadLocked();
  for (const std::string& name : enums) {
    const object::EnumNames& names = names_[name];
    if (const auto found = names.find(number); found != names.end()) return found->second;
  }
  return "";
}

void KernelEnums::ReadLocked() {
  Result<std::map<std::string, object::EnumNames>> read = object::ReadEnums(path_, unread_);
  unread_.clear();
  if (read) {
    names_.merge(*read);
  } else if (!std::exchange(warned_, true)) {
    log::Warn("{}: the kernel's enums stay numbers", read.error().Message());
  }
}

}  // namespace bpf_exporter::host
