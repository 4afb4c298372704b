// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Maps, counters and histograms for BPF programs whose numbers bpf_exporter exposes.
//
//     #include "bpf_exporter.bpf.h"                    // needs no include before it
//     BX_HASH(forks_total, 1024, struct key, __u64);   // a map
//     BX_DROPPED(forks_dropped);                       // counts what a full map refused
//     __u64 hits;                                      // a variable needs no map …
//     …
//     bx_increment(&forks_total, &key);                // one more in the row of `key`
//     bx_observe_exp2(&latency, &key, ns, 1000);       // a histogram with the bounds 1, 2, 4 … µs
//     __sync_fetch_and_add(&hits, 1);                  // … and one atomic addition
//
// Include vmlinux.h before it for the kernel's types, or task.bpf.h after it for those of tasks.
// Every name begins with bx_ or BX_; those that end in _ are internal. writing.md beside this file
// is the guide.
//
// Calls take a map and a key by address, and the index of an array by value (bx_…_at). They check
// the types of key and value when they are compiled, and are true if they have counted.

#pragma once

// libbpf's headers use the types of those before them, so the order counts.
// clang-format off
#ifndef __VMLINUX_H__
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/ptrace.h>
#endif
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
// clang-format on

// libbpf has these since 1.2.
#ifndef BPF_UPROBE
#define BPF_UPROBE(name, args...) BPF_KPROBE(name, ##args)
#define BPF_URETPROBE(name, args...) BPF_KRETPROBE(name, ##args)
#endif

// Marks a kernel type that is declared with just the fields that are read: libbpf finds where they
// are in the running kernel (CO-RE). It ignores what follows ___ in the type's name.
#define BX_KERNEL_TYPE __attribute__((preserve_access_index))

// The parts: what a program declares, counts and observes.
// clang-format off
#include "bx_maps.bpf.h"
#include "bx_rows.bpf.h"
#include "bx_histograms.bpf.h"
#include "bx_native.bpf.h"
// clang-format on
