// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// System calls by number, counted on entry.
//
// A number means what it says only in the kernel's own ABI. 32-bit and x32 programs use other
// tables, and any program can pass any number; those calls are counted apart, in a bounded number
// of slots, and never under another call's name.

#include "bpf_exporter.bpf.h"
#include "cgroup.bpf.h"
#include "task.bpf.h"

#define NUMBERS 512  // the highest number in use is below 480

BX_PERCPU_ARRAY(syscalls, NUMBERS, __u64);

// With by_cgroup in place of the other one.
struct call {
  __u64 number;
  __u64 cgroup_id;
};
BX_PERCPU_HASH(syscalls_by_cgroup, 16384, struct call, __u64);
BX_DROPPED(syscalls_dropped);

enum reason { COMPAT_32BIT, X32, OUT_OF_RANGE, REASONS };

BX_PERCPU_ARRAY(syscalls_unnamed, REASONS, __u64);

// Where a thread says that it makes a call through the kernel's 32-bit table.
#if defined(__TARGET_ARCH_x86)
#define COMPAT_FIELD thread_info.status
#define COMPAT_BIT 0x0002             // TS_COMPAT: the current call came through a 32-bit entry
#define X32_SYSCALL_BIT 0x40000000ul  // set in the number of an x32 call
#elif defined(__TARGET_ARCH_arm64)
#define COMPAT_FIELD thread_info.flags
#define COMPAT_BIT (1ul << 22)  // TIF_32BIT: an AArch32 task
#endif

static __always_inline bool is_compat(void) {
  // Through a typed pointer this is one load; a kernel without it (5.10) copies with a helper.
  if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
    return bpf_get_current_task_btf()->COMPAT_FIELD & COMPAT_BIT;
  return BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), COMPAT_FIELD) & COMPAT_BIT;
}

static __always_inline void count(__u64 number) {
  if (by_cgroup) {
    struct call call = {.number = number, .cgroup_id = bx_cgroup_id()};
    bx_increment(&syscalls_by_cgroup, &call);
  } else {
    bx_increment_at(&syscalls, number);
  }
}

SEC("raw_tp/sys_enter")
int sys_enter(struct bpf_raw_tracepoint_args *ctx) {
  __u64 number = ctx->args[1];  // -1 and other negative ones become large here

  if (is_compat())
    bx_increment_at(&syscalls_unnamed, COMPAT_32BIT);
  else if (number < NUMBERS)
    count(number);
#ifdef X32_SYSCALL_BIT
  else if (number >= X32_SYSCALL_BIT && number - X32_SYSCALL_BIT < 2 * NUMBERS)
    bx_increment_at(&syscalls_unnamed, X32);
#endif
  else
    bx_increment_at(&syscalls_unnamed, OUT_OF_RANGE);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
