// SPDX-License-Identifier: Apache-2.0
// Tests: attach_remedy_test.cc
#include "kernel/attach/remedy.h"

#include <fmt/core.h>

#include <cerrno>
#include <utility>

#include "base/result.h"
#include "kernel/causes.h"
#include "kernel/kernel_functions.h"

namespace bpf_exporter::kernel {
namespace {

Operation OperationOf(config::ProbeKind kind) {
  switch (kind) {
    case config::ProbeKind::kTracepoint:
      return Operation::kTracepoint;
    case config::ProbeKind::kRawTracepoint:
      return Operation::kRawTracepoint;
    case config::ProbeKind::kKprobe:
    case config::ProbeKind::kKretprobe:
      return Operation::kKprobe;
    case config::ProbeKind::kFentry:
    case config::ProbeKind::kFexit:
      return Operation::kTrampoline;
    case config::ProbeKind::kLsm:
      return Operation::kLsm;
    case config::ProbeKind::kUprobe:
    case config::ProbeKind::kUretprobe:
    case config::ProbeKind::kUsdt:
      return Operation::kUprobe;
    case config::ProbeKind::kPerfEvent:
      return Operation::kPerfEvent;
    case config::ProbeKind::kXdp:
      return Operation::kXdp;
    case config::ProbeKind::kTc:
      return Operation::kTc;
    case config::ProbeKind::kCgroup:
      return Operation::kCgroup;
    case config::ProbeKind::kSocketFilter:
      break;
  }
  return Operation::kSocketFilter;
}

}  // namespace

bool RunsWhatItAttaches(config::ProbeKind kind) {
  return kind != config::ProbeKind::kLsm || ReadKernelFacts().RunsBpfLsm();
}

std::string AttachRemedy(config::ProbeKind kind, int code, const KernelFacts& facts) {
  return CauseOf(OperationOf(kind), code, facts);
}

Error WithRemedy(config::ProbeKind kind, Error error) {
  error.AddRemedy(AttachRemedy(kind, error.code, ReadKernelFacts()));
  return error;
}

Error WithFunctions(config::ProbeKind kind, Error error,
                    const std::vector<std::string>& functions) {
  const bool missing = error.code == ENOENT || error.code == EINVAL;
  const KernelFacts facts = ReadKernelFacts();
  if (!missing || !facts.kprobes) return WithRemedy(kind, std::move(error));
  const std::vector<KernelFunctions> found = FindKernelFunctions(functions);
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (!found[i].exists) continue;
    error.AddRemedy(fmt::format("kernel {} has '{}' and lets nobody probe it there", facts.release,
                                functions[i]));
    return error;
  }
  error.AddRemedy(AttachRemedy(kind, error.code, facts));
  for (std::size_t i = 0; i < functions.size(); ++i) {
    error.AddRemedy(KprobeInstead(functions[i], found[i]));
  }
  return error;
}

std::string CauseText(int code) {
  constexpr int kFirstOfLibbpf =
      4000;  // of those, attaching gives only what reading ELF files does
  if (code >= kFirstOfLibbpf) return "the binary is not an ELF file that can be read";
  return ErrnoText(code);
}

}  // namespace bpf_exporter::kernel
