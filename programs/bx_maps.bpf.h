// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Declarations of maps. Part of bpf_exporter.bpf.h.
//
// Attributes of libbpf's can follow: BX_HASH(cache, 64, __u32, __u64, __uint(map_flags, FLAGS)).

#pragma once

// Rows by key. A full one refuses new keys. In a per-CPU one each CPU adds to a value of its own,
// and the exporter sums them.
#define BX_HASH(name, entries, key_type, value_type, ...) \
  BX_MAP_(BPF_MAP_TYPE_HASH, name, entries, key_type, value_type, __VA_ARGS__)
#define BX_PERCPU_HASH(name, entries, key_type, value_type, ...) \
  BX_MAP_(BPF_MAP_TYPE_PERCPU_HASH, name, entries, key_type, value_type, __VA_ARGS__)

// Rows by key, where a new key puts out another one: for caches, not for counters.
#define BX_LRU_HASH(name, entries, key_type, value_type, ...) \
  BX_MAP_(BPF_MAP_TYPE_LRU_HASH, name, entries, key_type, value_type, __VA_ARGS__)
#define BX_LRU_PERCPU_HASH(name, entries, key_type, value_type, ...) \
  BX_MAP_(BPF_MAP_TYPE_LRU_PERCPU_HASH, name, entries, key_type, value_type, __VA_ARGS__)

// Rows by prefix. The key begins with a __u32: how many bits of what follows count.
#define BX_LPM_TRIE(name, entries, key_type, value_type, ...)         \
  BX_MAP_(BPF_MAP_TYPE_LPM_TRIE, name, entries, key_type, value_type, \
          __uint(map_flags, BPF_F_NO_PREALLOC);                       \
          __VA_ARGS__)

// Rows by index, from 0, all there from the start with zeros in them. The cheapest kind.
#define BX_ARRAY(name, entries, value_type, ...) \
  BX_MAP_(BPF_MAP_TYPE_ARRAY, name, entries, __u32, value_type, __VA_ARGS__)
#define BX_PERCPU_ARRAY(name, entries, value_type, ...) \
  BX_MAP_(BPF_MAP_TYPE_PERCPU_ARRAY, name, entries, __u32, value_type, __VA_ARGS__)

// Records that the exporter counts, for bx_send(). The size of a ring buffer is a power of two and
// at least a page; the exporter decides on that of a perf event array.
#define BX_RINGBUF(name, bytes, ...) \
  BX_DECLARE_(BPF_MAP_TYPE_RINGBUF, name, __uint(max_entries, bytes); __VA_ARGS__)
#define BX_PERF_EVENT_ARRAY(name, ...)                                                         \
  BX_DECLARE_(BPF_MAP_TYPE_PERF_EVENT_ARRAY, name, __uint(key_size, 4); __uint(value_size, 4); \
              __VA_ARGS__)
#define BX_QUEUE(name, entries, value_type, ...)                                                 \
  BX_DECLARE_(BPF_MAP_TYPE_QUEUE, name, __uint(max_entries, entries); __type(value, value_type); \
              __VA_ARGS__)
#define BX_STACK(name, entries, value_type, ...)                                                 \
  BX_DECLARE_(BPF_MAP_TYPE_STACK, name, __uint(max_entries, entries); __type(value, value_type); \
              __VA_ARGS__)

// Keeps an enum in the object's BTF whose enumerators name the elements of an array variable, and
// the last its length: the compiler leaves out what nothing but a length refers to.
#define BX_NAMES(enum_type) enum_type BX_JOIN_(bx_names_, __COUNTER__)

// A value in each task, socket, inode or cgroup that lives as long as it, for
// bpf_task_storage_get() and its like. Linux has them since 5.11, 5.2, 5.10 and 6.2; tracing
// programs may use that of tasks since 5.13.
#define BX_TASK_STORAGE(name, value_type, ...) \
  BX_STORAGE_(BPF_MAP_TYPE_TASK_STORAGE, name, value_type, __VA_ARGS__)
#define BX_SK_STORAGE(name, value_type, ...) \
  BX_STORAGE_(BPF_MAP_TYPE_SK_STORAGE, name, value_type, __VA_ARGS__)
#define BX_INODE_STORAGE(name, value_type, ...) \
  BX_STORAGE_(BPF_MAP_TYPE_INODE_STORAGE, name, value_type, __VA_ARGS__)
#define BX_CGRP_STORAGE(name, value_type, ...) \
  BX_STORAGE_(32 /* newer than some headers */, name, value_type, __VA_ARGS__)

// A row for each cgroup that a cgroup program is attached to, for bpf_get_local_storage(). The key
// is a __u64, the cgroup's id, or a struct bpf_cgroup_storage_key.
#define BX_CGROUP_STORAGE(name, key_type, value_type, ...)                                         \
  BX_DECLARE_(BPF_MAP_TYPE_CGROUP_STORAGE, name, __type(key, key_type); __type(value, value_type); \
              __VA_ARGS__)
#define BX_PERCPU_CGROUP_STORAGE(name, key_type, value_type, ...)              \
  BX_DECLARE_(BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, name, __type(key, key_type); \
              __type(value, value_type); __VA_ARGS__)

#define BX_JOIN_(a, b) BX_JOINED_(a, b)
#define BX_JOINED_(a, b) a##b
#define BX_MAP_(map_type, name, entries, key_type, value_type, ...)                \
  BX_DECLARE_(map_type, name, __uint(max_entries, entries); __type(key, key_type); \
              __type(value, value_type); __VA_ARGS__)
#define BX_STORAGE_(map_type, name, value_type, ...)                                  \
  BX_DECLARE_(map_type, name, __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, int); \
              __type(value, value_type); __VA_ARGS__)
#define BX_DECLARE_(map_type, name, ...) \
  struct {                               \
    __uint(type, map_type);              \
    __VA_ARGS__;                         \
  } name SEC(".maps")
