// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Shared by the programs that tests attach: each counts its runs in a slot of its own.
#pragma once

#include "bpf_exporter.bpf.h"

BX_ARRAY(hits, 32, __u64);
// Slot 0: the process whose events count; 1: the system call that counts.
BX_ARRAY(wanted, 2, __u64);

static __always_inline void hit(__u32 slot) { bx_increment_at(&hits, slot); }

static __always_inline __u64 wanted_at(__u32 slot) {
  __u64* value = bx_value_at(&wanted, slot);
  return value ? *value : 0;
}

static __always_inline void hit_if_wanted(__u32 slot) {
  if (bpf_get_current_pid_tgid() >> 32 == wanted_at(0)) hit(slot);
}

static __always_inline void hit_if_call(__u32 slot, __u64 call) {
  if (call == wanted_at(1)) hit_if_wanted(slot);
}

char LICENSE[] SEC("license") = "GPL";
