// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A map of a kind that only newer kernels have.
#include "bpf_exporter.bpf.h"

BX_CGRP_STORAGE(kept, __u64);

SEC("raw_tp/sys_enter") int enter(void *context) { return 0; }

char LICENSE[] SEC("license") = "GPL";
