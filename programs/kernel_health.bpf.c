// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What else tells whether the kernel is well: its own warnings, the timers that are armed and the
// memory that compiled BPF programs take.

#include "bpf_exporter.bpf.h"

struct timer_list {
  void (*function)(struct timer_list *timer);
} BX_KERNEL_TYPE;
struct hrtimer {
  int (*function)(struct hrtimer *timer);
} BX_KERNEL_TYPE;

struct bpf_binary_header {
  __u32 pages;  // until 5.17, when bpf_jit_current, too, was in pages; then both were in bytes
} BX_KERNEL_TYPE;

// Of the kernel, where /proc/kallsyms has variables, too.
extern const void bpf_jit_current __ksym __weak;
extern const void bpf_jit_limit __ksym __weak;

#define LINE 96  // letters of a line that are looked at

enum clock { jiffies, high_resolution };
struct timer {
  __u64 handler;  // address of the function
  enum clock clock;
  __u32 unused;
};
enum warning {
  rcu_stall,
  soft_lockup,
  hard_lockup,
  hung_task,
  workqueue_lockup,
  other_bug,
  other_warning,
  WARNINGS
};

BX_PERCPU_HASH(khealth_timers, 2048, struct timer, __u64);
BX_PERCPU_ARRAY(khealth_warned, WARNINGS, __u64);
BX_HASH(khealth_jit, 1, __u32, __u64);
BX_HASH(khealth_limit, 1, __u32, __u64);
BX_DROPPED(khealth_dropped);

SEC("tp_btf/timer_start")
int BPF_PROG(khealth_timer, struct timer_list *timer) {
  struct timer key = {.handler = (__u64)timer->function, .clock = jiffies};

  bx_increment(&khealth_timers, &key);
  return 0;
}

SEC("tp_btf/hrtimer_start")
int BPF_PROG(khealth_hrtimer, struct hrtimer *timer) {
  struct timer key = {.handler = (__u64)timer->function, .clock = high_resolution};

  bx_increment(&khealth_timers, &key);
  return 0;
}

// One if they are equal, without a branch, of which the verifier would follow each way.
static __always_inline __u64 equal(__u64 one, __u64 other) {
  __u64 difference = one ^ other;

  return (~difference & (difference - 1)) >> 63;
}

// Eight letters as the number that they are read to.
#define LETTERS(a, b, c, d, e, f, g, h)                                                           \
  ((__u64)(a) << 56 | (__u64)(b) << 48 | (__u64)(c) << 40 | (__u64)(d) << 32 | (__u64)(e) << 24 | \
   (f) << 16 | (g) << 8 | (h))

// The warnings that a line of the kernel's log is, as bits.
static __always_inline __u64 warnings_in(const char *line) {
  __u64 before = 0, letters = 0, found = 0;  // 16 letters

  for (int i = 0; i < LINE; i++) {
    before = before << 8 | letters >> 56;
    letters = letters << 8 | (__u8)line[i];
    found |= equal(letters, LETTERS('r', 'c', 'u', ':', ' ', 'I', 'N', 'F')) << rcu_stall;
    found |= equal(letters, LETTERS('s', 'o', 'f', 't', ' ', 'l', 'o', 'c')) << soft_lockup;
    found |= equal(letters, LETTERS('a', 'r', 'd', ' ', 'L', 'O', 'C', 'K')) << hard_lockup;
    found |= (equal(before, LETTERS('b', 'l', 'o', 'c', 'k', 'e', 'd', ' ')) &
              equal(letters, LETTERS('f', 'o', 'r', ' ', 'm', 'o', 'r', 'e')))
             << hung_task;
    found |= (equal(before, LETTERS('w', 'o', 'r', 'k', 'q', 'u', 'e', 'u')) &
              equal(letters, LETTERS('e', ' ', 'l', 'o', 'c', 'k', 'u', 'p')))
             << workqueue_lockup;
    found |= equal(letters & 0xffffffffff, LETTERS(0, 0, 0, 'B', 'U', 'G', ':', ' ')) << other_bug;
    found |= equal(letters, LETTERS('W', 'A', 'R', 'N', 'I', 'N', 'G', ':')) << other_warning;
  }
  return found;
}

SEC("tp_btf/console")
int BPF_PROG(khealth_console, const char *text) {
  char line[LINE] = {};
  __u64 found;

  bpf_probe_read_kernel_str(line, sizeof(line), text);
  found = warnings_in(line);
  for (int warning = 0; warning < WARNINGS; warning++) {
    if (found & 1ull << warning) return bx_increment_at(&khealth_warned, warning);  // the first
  }
  return 0;
}

static __always_inline void show(void *map, const void *variable, __u64 unit) {
  __u32 key = 0;
  __u64 value;

  if (bpf_probe_read_kernel(&value, sizeof(value), variable) != 0) return;
  value *= unit;
  bpf_map_update_elem(map, &key, &value, BPF_ANY);
}

SEC("perf_event/type=1,config=0,frequency=1")  // PERF_COUNT_SW_CPU_CLOCK, once a second
int khealth_second(void *ctx) {
  bool in_pages = bpf_core_field_exists(((struct bpf_binary_header *)0)->pages);
  const __u64 *current = &bpf_jit_current;

  // What the verifier refuses, so that the exporter tells that this kernel has no such variable.
  if (!current) return *current;
  show(&khealth_jit, current, in_pages ? 4096 : 1);
  show(&khealth_limit, &bpf_jit_limit, 1);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
