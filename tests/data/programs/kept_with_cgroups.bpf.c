// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A map of a kind that only newer kernels have.
#include "bpf_exporter.bpf.h"

// Since Linux 6.2, which is newer than the headers.
#define CGRP_STORAGE 32

struct {
  __uint(type, CGRP_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, __u64);
} kept SEC(".maps");

SEC("raw_tp/sys_enter") int enter(void *context) { return 0; }

char LICENSE[] SEC("license") = "GPL";
