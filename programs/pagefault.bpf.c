// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Page faults by kind, and how long those took that had to read from a disk (major ones).
//
// Major faults are looked for only where the kernel makes them: in a file's pages, in swap and in
// shared memory that is in swap. Most faults never get there.

#include "cgroup.bpf.h"
#include "task_moments.bpf.h"

// Bits of the error code that x86 CPUs give.
#define PAGE_PRESENT 0x01
#define WRITE_ACCESS 0x02
#define INSTRUCTION_FETCH 0x10
#define VM_FAULT_MAJOR 0x04  // enum vm_fault_reason, since 5.1

enum fault { READ, WRITE, EXECUTE, PROTECTION, FAULTS };
BX_PERCPU_ARRAY(user_faults, FAULTS, __u64);
BX_PERCPU_ARRAY(kernel_faults, FAULTS, __u64);

// With by_cgroup in place of those of programs.
struct cgroup_key {
  enum fault kind;
  __u64 cgroup_id;
};
BX_PERCPU_HASH(cgroup_faults, 8192, struct cgroup_key, __u64);

enum source { FILE, SWAP, SHARED_MEMORY, SOURCES };
BX_PERCPU_ARRAY(major_faults, SOURCES, BX_NATIVE_SECONDS(3, -20, 6));  // 1 µs to 64 s
BX_TASK_MOMENTS(faults_begun, 1024);
BX_DROPPED(pagefault_dropped);

static __always_inline enum fault kind_of(unsigned long error_code) {
  if (error_code & PAGE_PRESENT) return PROTECTION;
  if (error_code & INSTRUCTION_FETCH) return EXECUTE;
  return error_code & WRITE_ACCESS ? WRITE : READ;
}

SEC("tp_btf/page_fault_user")
int BPF_PROG(user_fault, unsigned long address, struct pt_regs *regs, unsigned long error_code) {
  if (by_cgroup) {
    struct cgroup_key key = {.kind = kind_of(error_code), .cgroup_id = bx_cgroup_id()};
    bx_increment(&cgroup_faults, &key);
  } else {
    bx_increment_at(&user_faults, kind_of(error_code));
  }
  return 0;
}

SEC("tp_btf/page_fault_kernel")
int BPF_PROG(kernel_fault, unsigned long address, struct pt_regs *regs, unsigned long error_code) {
  bx_increment_at(&kernel_faults, kind_of(error_code));
  return 0;
}

static __always_inline void end_fault(enum source source, unsigned int result) {
  __u64 elapsed = bx_elapsed(faults_begun);

  if (elapsed && result & VM_FAULT_MAJOR) bx_observe_native_at(&major_faults, source, elapsed);
}

SEC("fentry/filemap_fault")
int file_fault_begun(void *ctx) {
  bx_begin(faults_begun);
  return 0;
}

SEC("fexit/filemap_fault")
int BPF_PROG(file_fault_ended, void *fault, unsigned int result) {
  end_fault(FILE, result);
  return 0;
}

SEC("fentry/do_swap_page")
int swap_fault_begun(void *ctx) {
  bx_begin(faults_begun);
  return 0;
}

SEC("fexit/do_swap_page")
int BPF_PROG(swap_fault_ended, void *fault, unsigned int result) {
  end_fault(SWAP, result);
  return 0;
}

SEC("fentry/shmem_fault")
int shared_fault_begun(void *ctx) {
  bx_begin(faults_begun);
  return 0;
}

SEC("fexit/shmem_fault")
int BPF_PROG(shared_fault_ended, void *fault, unsigned int result) {
  end_fault(SHARED_MEMORY, result);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
