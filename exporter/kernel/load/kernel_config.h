// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

struct bpf_object;

namespace bpf_exporter::kernel {

// An option of the kernel's configuration that an object declares as `extern … __kconfig`.
struct KernelOption {
  std::string name;   // "CONFIG_HZ"
  std::string unset;  // "CONFIG_HZ=0": what a line of the configuration says to make it 0
};

// Returns the options of an object that is open, by name, without those that libbpf itself knows,
// such as LINUX_KERNEL_VERSION.
std::vector<KernelOption> KernelOptions(const bpf_object* object);

}  // namespace bpf_exporter::kernel
