// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/result.h"

namespace bpf_exporter::kernel {

struct LoadOptions {
  std::string btf_path;  // BTF of the kernel for CO-RE; empty: /sys/kernel/btf/vmlinux
  // Gives up what rights a process has that goes on attaching programs; empty: it keeps them.
  std::function<Status()> drop_rights = {};
  // Descriptors of maps by name, which are taken in place of new ones, with what is in them.
  std::map<std::string, int> maps = {};
};

}  // namespace bpf_exporter::kernel
