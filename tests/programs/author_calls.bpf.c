// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Every declaration and call of bpf_exporter.bpf.h, on what a test says: system call CALL, which no
// kernel has, with a case and a value.
#include "bpf_exporter.bpf.h"
#include "task_moments.bpf.h"

#define CALL 0x5eed5
#define BUCKETS 40

enum kind {
  TRY_EXP2,
  TRY_EXP2_IN_THOUSANDS,
  TRY_EXP2ZERO,
  TRY_EXP2ZERO_IN_THOUSANDS,
  TRY_LINEAR,
  TRY_LINEAR_IN_TENS,
  TRY_COUNTERS,
  TRY_GAUGES,
  TRY_RECORDS,
  TRY_FULL,
  TRY_MOMENTS,
};

struct bucket_key {
  __u32 id;
  __u32 bucket;
};

BX_DROPPED(calls_dropped);

// The same histogram in every kind of map: as the value of a row, as a field of it, and as rows.
#define HISTOGRAMS(kind, name, unit, histogram, number)                   \
  struct name##_pair {                                                    \
    __u32 count;                                                          \
    histogram(BUCKETS) seconds;                                           \
  };                                                                      \
  BX_HASH(name##_h, 4, __u32, histogram(BUCKETS));                        \
  BX_PERCPU_HASH(name##_ph, 4, __u32, histogram(BUCKETS));                \
  BX_LRU_HASH(name##_lh, 64, __u32, histogram(BUCKETS));                  \
  BX_ARRAY(name##_a, 4, histogram(BUCKETS));                              \
  BX_PERCPU_ARRAY(name##_pa, 4, histogram(BUCKETS));                      \
  BX_HASH(name##_f, 4, __u32, struct name##_pair);                        \
  BX_HASH(name##_r, 64, struct bucket_key, number);                       \
  BX_PERCPU_HASH(name##_pr, 64, struct bucket_key, number);               \
  static __noinline int name(__u64 value) {                               \
    __u32 id = 3;                                                         \
    struct bucket_key key = {.id = id};                                   \
    struct name##_pair *pair = bx_value(&name##_f, &id);                  \
    bx_observe_##kind(&name##_h, &id, value, unit);                       \
    bx_observe_##kind(&name##_ph, &id, value, unit);                      \
    bx_observe_##kind(&name##_lh, &id, value, unit);                      \
    bx_observe_##kind##_at(&name##_a, id, value, unit);                   \
    bx_observe_##kind##_at(&name##_pa, id, value, unit);                  \
    bx_observe_##kind##_rows(&name##_r, &key, value, unit, BUCKETS - 1);  \
    bx_observe_##kind##_rows(&name##_pr, &key, value, unit, BUCKETS - 1); \
    if (pair) bx_observe_##kind##_in(&pair->seconds, value, unit);        \
    return 0;                                                             \
  }
HISTOGRAMS(exp2, exp2_1, 1, BX_HISTOGRAM, __u64)
HISTOGRAMS(exp2, exp2_1000, 1000, BX_HISTOGRAM, __u64)
HISTOGRAMS(exp2zero, zero_1, 1, BX_HISTOGRAM, __u64)
HISTOGRAMS(exp2zero, zero_1000, 1000, BX_HISTOGRAM, __u64)
HISTOGRAMS(linear, linear_1, 1, BX_SIGNED_HISTOGRAM, __s64)
HISTOGRAMS(linear, linear_10, 10, BX_SIGNED_HISTOGRAM, __s64)

BX_HASH(count_h, 8, __u64, __u64);
BX_PERCPU_HASH(count_ph, 8, __u64, __u32);
BX_LRU_HASH(count_lh, 64, __u64, __u64);
BX_LRU_PERCPU_HASH(count_lph, 64, __u64, __u64);
BX_ARRAY(count_a, 8, __u64);
BX_PERCPU_ARRAY(count_pa, 8, __u64);
struct prefix {
  __u32 bits;
  __u8 address[4];
};
BX_LPM_TRIE(count_t, 8, struct prefix, __u64);

static __noinline int counters(__u64 key) {
  struct prefix prefix = {32, {192, 0, 2, key}};
  __u64 *value = bx_value_at(&count_pa, key);

  if (value) __sync_fetch_and_add(value, 10);
  bx_increment(&count_h, &key);
  bx_add(&count_h, &key, 4);
  bx_increment(&count_ph, &key);
  bx_add(&count_ph, &key, 4);
  bx_increment(&count_lh, &key);
  bx_increment(&count_lph, &key);
  bx_increment(&count_t, &prefix);
  bx_increment_at(&count_a, key);
  bx_add_at(&count_a, key, 4);
  return bx_increment_at(&count_pa, key);
}

BX_HASH(gauge_h, 8, __u32, __s64, __uint(map_flags, BPF_F_NO_PREALLOC));
BX_ARRAY(gauge_a, 8, __s64);
BX_HASH(began, 8, __u32, __u64);
BX_ARRAY(took, 8, __u64);  // what bx_take() gave; how often it gave something

static __noinline int gauges(__s64 value) {
  __u32 key = 2;
  __u64 taken = 0;

  bx_add(&gauge_h, &key, value);
  bx_add_at(&gauge_a, 0, value);
  bx_set_at(&gauge_a, 1, value);
  key = 3;
  bx_set(&gauge_h, &key, value);
  if (value >= 0) return bx_set(&began, &key, value);
  if (bx_take(&began, &key, &taken)) bx_increment_at(&took, 1);
  return bx_set_at(&took, 0, taken);
}

struct record {
  __u64 value;
};
BX_RINGBUF(ring_records, 4096);
BX_PERF_EVENT_ARRAY(perf_records);
BX_QUEUE(queue_records, 16, struct record);
BX_STACK(stack_records, 4, struct record);

BX_HASH(full_count, 3, __u64, __u64);
BX_HASH(full_value, 3, __u64, BX_HISTOGRAM(20));
BX_HASH(full_rows, 3, struct bucket_key, __u64);

// Counts how many of the calls said that they had counted.
BX_ARRAY(full_counted, 3, __u64);

static __noinline int full(__u64 key) {
  struct bucket_key row = {.id = key};

  if (bx_increment(&full_count, &key)) bx_increment_at(&full_counted, 0);
  if (bx_observe_exp2(&full_value, &key, 100, 1)) bx_increment_at(&full_counted, 1);
  if (bx_observe_exp2_rows(&full_rows, &row, 100, 1, 19)) bx_increment_at(&full_counted, 2);
  if (key == 99) bx_drop();
  return 0;
}

BX_TASK_MOMENTS(moments, 2);
BX_HASH(moment_taken, 8, __u32, __u64);  // by thread: the moment that it had

// The low half of `call` is a thread, the high half its moment, or 0 to take what it has.
static __noinline int task_moment(__u64 call) {
  __u32 tid = call;

  if (call >> 32 == 0)
    bx_set(&moment_taken, &tid, bx_take_moment(&moments, &moments_others, tid));
  else if (!bx_set_moment(&moments, &moments_others, tid, call >> 32))
    bx_drop();
  return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(observe, struct pt_regs *registers, long number) {
  __u64 value = PT_REGS_PARM2_SYSCALL(registers);

  if (number != CALL) return 0;
  switch (PT_REGS_PARM1_SYSCALL(registers)) {
    case TRY_EXP2:
      return exp2_1(value);
    case TRY_EXP2_IN_THOUSANDS:
      return exp2_1000(value);
    case TRY_EXP2ZERO:
      return zero_1(value);
    case TRY_EXP2ZERO_IN_THOUSANDS:
      return zero_1000(value);
    case TRY_LINEAR:
      return linear_1(value);
    case TRY_LINEAR_IN_TENS:
      return linear_10(value);
  }
  return 0;
}

// Apart, as a program may use 64 maps.
SEC("tp_btf/sys_enter")
int BPF_PROG(count, struct pt_regs *registers, long number) {
  struct record record = {PT_REGS_PARM2_SYSCALL(registers)};

  if (number != CALL) return 0;
  switch (PT_REGS_PARM1_SYSCALL(registers)) {
    case TRY_COUNTERS:
      return counters(record.value);
    case TRY_GAUGES:
      return gauges(record.value);
    case TRY_FULL:
      return full(record.value);
    case TRY_MOMENTS:
      return task_moment(record.value);
    case TRY_RECORDS:
      bx_send(ctx, &ring_records, &record);
      bx_send(ctx, &perf_records, &record);
      bx_send(ctx, &queue_records, &record);
      bx_send(ctx, &stack_records, &record);
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
