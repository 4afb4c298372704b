// SPDX-License-Identifier: Apache-2.0
// Tests: symbols_test.cc
#include "host/host.h"

#include <utility>

namespace bpf_exporter::host {

Host::Host(HostPaths paths, Clock now)
    : cgroups_(paths.cgroup, now),
      interfaces_(now),
      block_devices_(paths.proc + "/partitions", now),
      pci_ids_(paths.pci_ids, now),
      kernel_enums_(paths.btf),
      symbols_(paths.proc + "/kallsyms", now) {}

CgroupNames& Host::UseCgroups() {
  cgroups_used_ = true;
  return cgroups_;
}

KernelSymbols& Host::UseSymbols() {
  symbols_used_ = true;
  return symbols_;
}

void Host::SetOtherCgroupReports(CgroupNames::OpenReports open) {
  cgroups_.SetOtherReports(std::move(open));
}

void Host::Open() {
  if (cgroups_used_) cgroups_.Open();
  if (symbols_used_) symbols_.Open();
}

bool Host::ReadCgroupEvents() { return cgroups_used_ && cgroups_.ReadEvents(); }

std::optional<std::uint64_t> Host::LostCgroupReports() {
  return cgroups_used_ ? cgroups_.LostReports() : std::nullopt;
}

int Host::CgroupWatchFd() { return cgroups_used_ ? cgroups_.WatchFd() : -1; }

}  // namespace bpf_exporter::host
