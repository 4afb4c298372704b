// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "object/kernel_enums.h"

namespace bpf_exporter::host {

// The enumerators of the running kernel, read from its BTF when one is first asked for. Any thread.
class KernelEnums {
 public:
  explicit KernelEnums(std::string path);

  // Says that an enum will be asked for, so that one pass through the BTF finds all of them.
  void Want(const std::string& name);
  // Returns the name of the number in the first of `enums`, which are all wanted, that has it;
  // empty if none has. That the BTF cannot be read is one warning.
  std::string NameOf(const std::vector<std::string>& enums, std::int64_t number);

 private:
  void ReadLocked();

  const std::string path_;
  std::mutex mutex_;
  std::set<std::string> unread_;
  std::map<std::string, object::EnumNames> names_;
  bool warned_ = false;
};

}  // namespace bpf_exporter::host
