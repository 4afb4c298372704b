// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "base/clock.h"
#include "host/block_devices.h"
#include "host/cgroup_names.h"
#include "host/interfaces.h"
#include "host/kernel_enums.h"
#include "host/kernel_symbols.h"
#include "host/pci_ids.h"

namespace bpf_exporter::host {

// Where things are on this host; tests point these at folders of their own.
struct HostPaths {
  std::string proc = "/proc";
  std::string cgroup = "/sys/fs/cgroup";
  std::string btf = "/sys/kernel/btf/vmlinux";
  std::vector<std::string> pci_ids = {"/usr/share/hwdata/pci.ids", "/usr/share/misc/pci.ids"};
};

// The names that decoders look up on this host. One a process, shared by all decoders, outlives
// them. Each part reads its files at its first use, so that making a decoder (`check`) touches
// nothing, and guards itself.
class Host {
 public:
  // Tests set `now`, the clock that says when to look again.
  explicit Host(HostPaths paths = {}, Clock now = std::chrono::steady_clock::now);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  Interfaces& interfaces() { return interfaces_; }
  BlockDevices& block_devices() { return block_devices_; }
  PciIds& pci_ids() { return pci_ids_; }
  KernelEnums& kernel_enums() { return kernel_enums_; }
  // For a decoder under construction. Marks the part as used, so that Open() opens it.
  CgroupNames& UseCgroups();
  KernelSymbols& UseSymbols();
  // Says what tells of cgroups where fanotify does not; to be called before Open().
  void SetOtherCgroupReports(CgroupNames::OpenReports open);
  // Returns whether a decoder names cgroups.
  bool cgroups_used() const { return cgroups_used_; }

  // Opens what the decoders made so far need privileges for (addresses in kallsyms, word of new
  // cgroups). To be called when the configurations are resolved and before capabilities are
  // dropped; without it the files are opened at their first use. What cannot be opened is a
  // warning.
  void Open();
  // Reads what the kernel reports of cgroups that come and go, for decoders that name them later.
  // Returns false where it reports nothing, or no decoder names cgroups. Any thread.
  bool ReadCgroupEvents();
  // Returns a descriptor that is readable when the kernel has something to report; -1 where it
  // reports nothing. Owned by the host.
  int CgroupWatchFd();
  // Returns how many reports of cgroups were lost, at least; nothing where the kernel reports
  // nothing, or no decoder names cgroups. Any thread.
  std::optional<std::uint64_t> LostCgroupReports();

 private:
  CgroupNames cgroups_;
  Interfaces interfaces_;
  BlockDevices block_devices_;
  PciIds pci_ids_;
  KernelEnums kernel_enums_;
  KernelSymbols symbols_;
  std::atomic<bool> cgroups_used_ = false;
  std::atomic<bool> symbols_used_ = false;
};

}  // namespace bpf_exporter::host
