// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace bpf_exporter::kernel {

// What decides whether BPF works on this host. Read only when something failed, to name the remedy.
struct KernelFacts {
  std::string release;             // "6.1.0-32-amd64"
  std::uint64_t capabilities = 0;  // effective, one bit each
  int perf_event_paranoid = -1;    // -1: cannot be read
  std::string lockdown;            // "none", "integrity", "confidentiality"; empty: not told
  bool btf = false;                // /sys/kernel/btf/vmlinux
  bool tracefs = false;            // mounted where libbpf looks
  bool kprobes = false;            // the kernel was built with them
  std::string lsms;                // "lockdown,bpf"; empty: not told
  bool seccomp = false;            // a filter looks at this process' system calls
  bool user_namespace = false;     // another one than the host's first
  int bpf_refusal = 0;             // with which errno the process may not call bpf() at all
  int perf_event_open_refusal = 0;

  bool Has(int capability) const { return (capabilities >> capability & 1) != 0; }
};

KernelFacts ReadKernelFacts();

}  // namespace bpf_exporter::kernel
