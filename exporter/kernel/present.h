// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "host/binary_watch.h"
#include "host/cpu_watch.h"
#include "host/interface_watch.h"
#include "host/kernel_modules.h"

namespace bpf_exporter::kernel {

// What programs attach to and what comes and goes, as it is now.
struct Present {
  std::shared_ptr<const host::InterfaceNames> interfaces;  // null: not known
  std::map<std::string, std::uint64_t> cgroups;  // ids of those there are, by their whole paths
  std::map<std::string, host::BinaryFiles> binaries;   // by pattern, without those not known
  std::shared_ptr<const host::OnlineCpus> cpus;        // null: not known
  std::shared_ptr<const host::KernelModules> modules;  // null: not known
};

}  // namespace bpf_exporter::kernel
