// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace bpf_exporter::kernel {

// What decides whether BPF works on this host. Read only when something failed, to name the remedy.
struct KernelFacts {
  std::string release;                 // "6.1.0-32-amd64"
  std::string machine;                 // "x86_64"; empty: not told
  std::uint32_t version = UINT32_MAX;  // as KERNEL_VERSION() has it, without the patch
  std::uint64_t capabilities = 0;      // effective, one bit each
  int perf_event_paranoid = -1;        // -1: cannot be read
  std::string lockdown;                // "none", "integrity", "confidentiality"; empty: not told
  bool btf = false;                    // /sys/kernel/btf/vmlinux
  bool tracefs = false;                // mounted where libbpf looks
  bool kprobes = false;                // the kernel was built with them
  std::string lsms;                    // "lockdown,bpf"; empty: not told
  bool selinux = false;                // SELinux refuses what its policy does not allow
  std::uint64_t memlock = UINT64_MAX;  // RLIMIT_MEMLOCK, bytes; UINT64_MAX: unlimited
  std::uint64_t cgroup_memory = UINT64_MAX;  // free of the least memory limit of its cgroups, bytes
  bool seccomp = false;                      // a filter looks at this process' system calls
  bool user_namespace = false;               // another one than the host's first
  int bpf_refusal = 0;  // with which errno the process may not call bpf() at all
  int perf_event_open_refusal = 0;

  bool Has(int capability) const { return (capabilities >> capability & 1) != 0; }
  // Returns whether BPF programs are among the security modules; also if that is not told.
  bool RunsBpfLsm() const;
};

KernelFacts ReadKernelFacts();

}  // namespace bpf_exporter::kernel
