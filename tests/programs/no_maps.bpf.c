// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A program without a map.
// libbpf's headers use the types of those before them.
// clang-format off
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
// clang-format on

SEC("socket")
int nothing(struct __sk_buff* skb) { return 0; }

char LICENSE[] SEC("license") = "GPL";
