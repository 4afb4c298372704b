// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bpf_exporter::kernel {

struct LoadOptions {
  std::string btf_path;  // BTF of the kernel for CO-RE; empty: /sys/kernel/btf/vmlinux
};

}  // namespace bpf_exporter::kernel
