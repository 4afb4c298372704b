// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace bpf_exporter::kernel {

struct LoadOptions {
  std::string btf_path;  // BTF of the kernel for CO-RE; empty: /sys/kernel/btf/vmlinux
  // Gives up what rights a process has that goes on attaching programs; empty: it keeps them.
  std::function<Status()> drop_rights = {};
};

}  // namespace bpf_exporter::kernel
