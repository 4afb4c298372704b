// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Processes that the kernel kills because memory is short: how many, how large, by cgroup, and how
// bad the kernel thought them.

#include "bpf_exporter.bpf.h"

struct kernfs_node {
  __u64 id;
} BX_KERNEL_TYPE;
struct cgroup {
  struct kernfs_node *kn;
} BX_KERNEL_TYPE;
struct css_set {
  struct cgroup *dfl_cgrp;  // that in the cgroup2 tree
} BX_KERNEL_TYPE;

// Pages by kind: numbers until 6.1, and since then counters with a part for each CPU, of which the
// kernel's log looks at the same field as we do.
enum page_kind { file, anonymous, swapped, shared_memory, PAGE_KINDS };  // MM_FILEPAGES …
struct percpu_counter {
  __s64 count;
} BX_KERNEL_TYPE;
struct mm_struct {
  struct percpu_counter rss_stat[PAGE_KINDS];
} BX_KERNEL_TYPE;
struct atomic_long {
  __s64 counter;
} BX_KERNEL_TYPE;
struct mm_rss_stat {
  struct atomic_long count[PAGE_KINDS];
} BX_KERNEL_TYPE;
struct mm_struct___until_6_1 {
  struct mm_rss_stat rss_stat;
} BX_KERNEL_TYPE;

struct task_struct {
  struct css_set *cgroups;
  struct mm_struct *mm;
} BX_KERNEL_TYPE;

enum oom_constraint { none, cpuset, memory_policy, cgroup, CONSTRAINTS };
struct oom_control {
  long chosen_points;
  enum oom_constraint constraint;
} BX_KERNEL_TYPE;

struct pages_key {
  __u64 cgroup_id;
  enum page_kind kind;
};
BX_HASH(oom_kills, 1024, __u64, __u64);  // by the id of the victim's cgroup
BX_HASH(oom_kill_pages, 4096, struct pages_key, __u64);
BX_ARRAY(oom_badness, CONSTRAINTS, BX_NATIVE_HISTOGRAM(3, 0, 32));  // 1 page to 16 TiB
BX_DROPPED(oom_kills_dropped);

static __always_inline void count_pages(__u64 cgroup_id, enum page_kind kind, __s64 pages) {
  struct pages_key key = {.cgroup_id = cgroup_id, .kind = kind};

  if (pages > 0) bx_add(&oom_kill_pages, &key, pages);
}

// `kind` is a constant, as its place is looked up when the program is loaded.
#define PAGES_OF(mm, kind)                                                                 \
  (bpf_core_field_exists(((struct mm_struct___until_6_1 *)(mm))->rss_stat.count)           \
       ? BPF_CORE_READ((struct mm_struct___until_6_1 *)(mm), rss_stat.count[kind].counter) \
       : (mm)->rss_stat[kind].count)

SEC("tp_btf/mark_victim")
int BPF_PROG(victim_marked, struct task_struct *victim) {
  __u64 id = victim->cgroups->dfl_cgrp->kn->id;
  struct mm_struct *mm = victim->mm;

  bx_increment(&oom_kills, &id);
  if (!mm) return 0;
  count_pages(id, file, PAGES_OF(mm, file));
  count_pages(id, anonymous, PAGES_OF(mm, anonymous));
  count_pages(id, swapped, PAGES_OF(mm, swapped));
  count_pages(id, shared_memory, PAGES_OF(mm, shared_memory));
  return 0;
}

SEC("fentry/oom_kill_process")
int BPF_PROG(victim_chosen, struct oom_control *decision) {
  long points = decision->chosen_points;

  bx_observe_native_at(&oom_badness, decision->constraint, points > 0 ? points : 0);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
