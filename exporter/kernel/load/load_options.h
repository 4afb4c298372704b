// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "kernel/read/read_buffers.h"

namespace bpf_exporter::kernel {

struct LoadOptions {
  std::string btf_path;  // BTF of the kernel for CO-RE; empty: /sys/kernel/btf/vmlinux
  // Shared by the readers of several objects that one thread reads one after the other; null: the
  // object has its own.
  std::shared_ptr<ReadBuffers> buffers;
};

}  // namespace bpf_exporter::kernel
