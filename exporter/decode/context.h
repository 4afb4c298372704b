#pragma once

#include <atomic>

#include "decode/cgroup_names.h"
#include "decode/decoder.h"
#include "decode/interfaces.h"
#include "decode/kernel_symbols.h"
#include "decode/partitions.h"
#include "decode/pci_ids.h"

namespace bpf_exporter {

// Each part reads its files at its first use and guards itself.
class DecoderContext {
 public:
  DecoderContext(HostPaths paths, Clock now);

  Interfaces& interfaces() { return interfaces_; }
  Partitions& partitions() { return partitions_; }
  PciIds& pci_ids() { return pci_ids_; }
  // For a user in the making; remembered for Open().
  CgroupNames& UseCgroups();
  KernelSymbols& UseSymbols();

  void Open();
  bool HearOfCgroups();
  int CgroupWatchFd();

 private:
  CgroupNames cgroups_;
  Interfaces interfaces_;
  Partitions partitions_;
  PciIds pci_ids_;
  KernelSymbols symbols_;
  std::atomic<bool> cgroups_used_ = false;
  std::atomic<bool> symbols_used_ = false;
};

}  // namespace bpf_exporter
