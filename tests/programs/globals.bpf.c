// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Global variables of every kind that a configuration can show, and of kinds that it cannot. A
// system call that does not exist, with a kind and a value, changes them.
#include "bpf_exporter.bpf.h"

#define CALL 0x5eed7  // as in globals_test.cc

enum { COUNT, LEVEL, VERB, CPU, SLOT, SET };
enum verb { READ, WRITE, FLUSH, VERBS };

BX_NAMES(enum verb);

struct io_stats {
  __u64 reads;
  struct {
    __u32 bytes;
    __s16 drift;
  } writes;
  __u64 *next;
  __u32 low : 4;
};
struct io_times {
  __u32 slots[8];
  __s64 total;
};

__u64 hits;
__u32 narrow;
_Bool seen;
__s64 level = -5;  // .data
static __u64 hidden;
char word[8];
__u64 *pointer;
struct io_stats stats;
__u64 by_verb[VERBS];
__u32 unnamed[5];
struct io_stats stats_by_verb[VERBS];
__u64 by_cpu[128];
__u64 slots[8];
struct io_times times;
struct io_times times_by_verb[VERBS];
__u64 grid[2][8];
BX_NATIVE_SECONDS(0, -3, 3) lived;
BX_NATIVE_SECONDS(0, -3, 3) lived_by_verb[VERBS];
__u64 apart SEC(".data.apart") = 7;
double ratio SEC(".data.odd");  // apart, as bpftool ends its dump of a section at one
const volatile __u32 limit = 11;
BX_ARRAY(rows, 1, __u64);

static void count_verb(enum verb verb, __u64 value) {
  if (verb >= VERBS) return;
  __sync_fetch_and_add(&by_verb[verb], value);
  __sync_fetch_and_add(&stats_by_verb[verb].reads, value);
  __sync_fetch_and_add(&times_by_verb[verb].slots[verb + 1], 1);
  __sync_fetch_and_add(&times_by_verb[verb].total, value);
  bx_observe_native_in(&lived_by_verb[verb], 1000000000);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_call, struct pt_regs *registers, long number) {
  static __u64 calls;
  __u64 value = PT_REGS_PARM2_SYSCALL(registers);

  if (number != CALL) return 0;
  __sync_fetch_and_add(&calls, 1);
  switch (PT_REGS_PARM1_SYSCALL(registers)) {
    case COUNT:
      __sync_fetch_and_add(&hits, 1);
      break;
    case LEVEL:
      __sync_fetch_and_add(&level, value);
      break;
    case VERB:
      count_verb(value, value + 10);
      break;
    case CPU:
      by_cpu[bpf_get_smp_processor_id() & 127] += 1;
      break;
    case SLOT:
      __sync_fetch_and_add(&slots[value & 7], 1);
      __sync_fetch_and_add(&times.slots[value & 7], 1);
      __sync_fetch_and_add(&times.total, value);
      __sync_fetch_and_add(&grid[1][value & 7], 1);
      bx_observe_native_in(&lived, value * 1000000000);
      break;
    case SET:
      narrow = value;
      seen = true;
      hidden += value;
      stats.reads = value;
      stats.writes.bytes = value + 1;
      stats.writes.drift = -value;
      unnamed[3] = value;
      apart += value;
      break;
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
