// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once

// What the programs in this folder share.
//
// Kernel types are declared here with the few fields that are read, instead of in a generated
// vmlinux.h: libbpf finds the real offsets on the running kernel (CO-RE), so the order and the
// other fields do not matter, and building needs no BTF of the build host.

// libbpf's headers use the types of those before them, so the order counts.
// clang-format off
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <stdbool.h>
#include <stddef.h>
// clang-format on

#define KERNEL_TYPE __attribute__((preserve_access_index))

struct thread_info {
  unsigned long flags;
  __u32 status;  // x86 only
} KERNEL_TYPE;

struct task_struct {
  struct thread_info thread_info;
  int pid;
  unsigned int __state;
} KERNEL_TYPE;

// Until 5.13 the state had another name and width. libbpf drops the part after ___ when it looks
// for the kernel's type.
struct task_struct___until_5_13 {
  long state;
} KERNEL_TYPE;

// The state bits of a task, as include/linux/sched.h has had them since 4.14.
#define TASK_RUNNING 0x00
#define TASK_DEAD 0x80

static __always_inline unsigned long task_state(struct task_struct *task) {
  if (bpf_core_field_exists(task->__state)) return task->__state;
  return ((struct task_struct___until_5_13 *)(void *)task)->state;
}

// MAP(HASH, ops_total, 1024, struct ops_key, __u64): the kinds are those of enum bpf_map_type.
#define MAP(kind, name, entries, key_type, value_type) \
  struct {                                             \
    __uint(type, BPF_MAP_TYPE_##kind);                 \
    __uint(max_entries, entries);                      \
    __type(key, key_type);                             \
    __type(value, value_type);                         \
  } name SEC(".maps")

// A counter of its own for what a program had to leave out, mostly because a map was full: an
// update that fails and is not counted makes every number after it a little wrong, and nobody
// sees it. Expose it as a counter without labels.
#define FAILURE_COUNTER(name) MAP(PERCPU_ARRAY, name, 1, __u32, __u64)

// Adds one to a u64 slot of an array. Atomic also where the map is per CPU: kernels built for
// real time let a program be preempted between the load and the store.
static __always_inline void count(void *array, __u32 slot) {
  __u64 *value = bpf_map_lookup_elem(array, &slot);
  if (value) __sync_fetch_and_add(value, 1);
}

// Adds to the u64 of a key in a hash; a new key starts at 0. False if the map is full.
static __always_inline bool add(void *hash, const void *key, __u64 amount) {
  __u64 *value = bpf_map_lookup_elem(hash, key);

  if (!value && bpf_map_update_elem(hash, key, &amount, BPF_NOEXIST) == 0) return true;
  if (!value) value = bpf_map_lookup_elem(hash, key);  // another CPU was first
  if (!value) return false;
  __sync_fetch_and_add(value, amount);
  return true;
}

// The smallest n with value <= 2^n: the number of the bucket that an exp2 histogram with the
// bounds 2^0, 2^1 … counts `value` in.
static __always_inline __u32 exp2_bucket(__u64 value) {
  __u32 bucket = 0;
  __u32 shift;

  if (value <= 1) return 0;
  value--;  // a bound belongs to its own bucket
  shift = (value > 0xffffffff) << 5, value >>= shift, bucket |= shift;
  shift = (value > 0xffff) << 4, value >>= shift, bucket |= shift;
  shift = (value > 0xff) << 3, value >>= shift, bucket |= shift;
  shift = (value > 0xf) << 2, value >>= shift, bucket |= shift;
  shift = (value > 0x3) << 1, value >>= shift, bucket |= shift;
  bucket |= value >> 1;
  return bucket + 1;
}
