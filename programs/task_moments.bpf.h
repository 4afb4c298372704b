// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A moment for each task, such as when it began to wait, found by its thread id.
//
//     BX_TASK_MOMENTS(waiting, 8192);
//     if (!bx_set_moment(&waiting, &waiting_others, tid, bpf_ktime_get_ns())) bx_drop();
//     began = bx_take_moment(&waiting, &waiting_others, tid);
//
// An element of an array costs 2 ns where a row of a hash costs 200 to set, find and delete. There
// are up to 4 million thread ids, so those with the same low 16 bits share an element, which says
// whose it is; who finds it taken gets a row of the hash. The local storage of tasks would do as
// well, but takes memory while the scheduler holds its locks, and Linux 5.10 has none for tracing.

#pragma once

#include "bpf_exporter.bpf.h"

#define BX_MOMENT_ELEMENTS_ 65536
#define BX_MOMENT_BITS_ \
  58  // of nanoseconds: 9 years. Above them are the high bits of the thread id

// Declares both maps: NAME, and NAME_others with room for so many others.
#define BX_TASK_MOMENTS(name, others)         \
  BX_ARRAY(name, BX_MOMENT_ELEMENTS_, __u64); \
  BX_HASH(name##_others, others, __u32, __u64)

static __always_inline bool bx_is_moment_of_(__u64 element, __u32 tid) {
  return element >> BX_MOMENT_BITS_ == tid / BX_MOMENT_ELEMENTS_ && element != 0;
}

// Keeps `now`, in nanoseconds, in place of what was there for the thread; false if there is no
// room. Should two threads that share an element come at the same time, one moment is lost.
static __always_inline bool bx_set_moment(void *moments, void *others, __u32 tid, __u64 now) {
  __u32 index = tid % BX_MOMENT_ELEMENTS_;
  __u64 *element = bpf_map_lookup_elem(moments, &index);

  if (!element) return false;
  if (*element != 0 && !bx_is_moment_of_(*element, tid))
    return bpf_map_update_elem(others, &tid, &now, BPF_ANY) == 0;
  *element = (__u64)(tid / BX_MOMENT_ELEMENTS_) << BX_MOMENT_BITS_ | now;
  return true;
}

// Gives what was kept for the thread, and forgets it; 0 if there is nothing.
static __always_inline __u64 bx_take_moment(void *moments, void *others, __u32 tid) {
  __u32 index = tid % BX_MOMENT_ELEMENTS_;
  __u64 *element = bpf_map_lookup_elem(moments, &index);
  __u64 moment = 0;

  if (element && bx_is_moment_of_(*element, tid)) {
    moment = *element & ((1ull << BX_MOMENT_BITS_) - 1);
    *element = 0;
    return moment;
  }
  element = bpf_map_lookup_elem(others, &tid);
  if (element) {
    moment = *element;
    bpf_map_delete_elem(others, &tid);
  }
  return moment;
}

// For the current thread, by the name of the maps: keeps this moment, in place of one before, and
// gives the nanoseconds since it, 0 if there is none.
#define bx_begin(name)                                                                    \
  ({                                                                                      \
    __u32 bx_tid_ = bpf_get_current_pid_tgid();                                           \
    bx_set_moment(&name, &name##_others, bx_tid_, bpf_ktime_get_ns()) ? true : bx_drop(); \
  })
#define bx_elapsed(name)                                              \
  ({                                                                  \
    __u32 bx_tid_ = bpf_get_current_pid_tgid();                       \
    __u64 bx_began_ = bx_take_moment(&name, &name##_others, bx_tid_); \
    bx_began_ ? bpf_ktime_get_ns() - bx_began_ : 0;                   \
  })
