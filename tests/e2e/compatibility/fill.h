// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs that fill their maps with known numbers, once, when the exporter has attached
// everything.
#pragma once

#include "bpf_exporter.bpf.h"

#define FILL SEC("uprobe//proc/self/exe:post_attach_mark") int fill(struct pt_regs *context)

// PUT(map, value, the key's initializer…)
#define PUT(map, amount, ...)                           \
  do {                                                  \
    __typeof__(*(map).key) key = {__VA_ARGS__};         \
    __u64 value = amount;                               \
    bpf_map_update_elem(&(map), &key, &value, BPF_ANY); \
  } while (0)

// As PUT, for the value of one CPU.
#define PUT_CPU(map, cpu, amount, ...)                            \
  do {                                                            \
    __typeof__(*(map).key) key = {__VA_ARGS__};                   \
    __u64 zero = 0;                                               \
    bpf_map_update_elem(&(map), &key, &zero, BPF_NOEXIST);        \
    __u64 *value = bpf_map_lookup_percpu_elem(&(map), &key, cpu); \
    if (value) *value = amount;                                   \
  } while (0)

char LICENSE[] SEC("license") = "GPL";
