// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "host/binary_watch.h"
#include "host/cpu_watch.h"
#include "host/interface_watch.h"

namespace bpf_exporter::kernel {

// What programs attach to and what comes and goes, as it is now.
struct Present {
  const host::InterfaceNames* interfaces = nullptr;  // null: not known
  std::map<std::string, std::uint64_t> cgroups;      // ids of those there are, by their whole paths
  const host::BinaryWatch* binaries = nullptr;       // null: not known
  const host::OnlineCpus* cpus = nullptr;            // null: not known
};

}  // namespace bpf_exporter::kernel
