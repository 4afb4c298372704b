#include "decode/context.h"

#include <utility>

namespace bpf_exporter {

DecoderContext::DecoderContext(HostPaths paths, Clock now)
    : cgroups_(paths.cgroup, now),
      interfaces_(now),
      partitions_(paths.proc + "/partitions", now),
      pci_ids_(paths.pci_ids, now),
      symbols_(paths.proc + "/kallsyms", now) {}

CgroupNames& DecoderContext::UseCgroups() {
  cgroups_used_ = true;
  return cgroups_;
}

KernelSymbols& DecoderContext::UseSymbols() {
  symbols_used_ = true;
  return symbols_;
}

void DecoderContext::Open() {
  if (cgroups_used_) cgroups_.Open();
  if (symbols_used_) symbols_.Open();
}

bool DecoderContext::HearOfCgroups() { return cgroups_used_ && cgroups_.Hear(); }

int DecoderContext::CgroupWatchFd() { return cgroups_used_ ? cgroups_.WatchFd() : -1; }

void DecoderContextDeleter::operator()(DecoderContext* context) const { delete context; }

DecoderContextOwner MakeDecoderContext(HostPaths paths, Clock now) {
  if (!now) now = std::chrono::steady_clock::now;
  return DecoderContextOwner(new DecoderContext(std::move(paths), std::move(now)));
}

void OpenForDecoders(DecoderContext& context) { context.Open(); }

}  // namespace bpf_exporter
