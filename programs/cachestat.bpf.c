// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The page cache: pages that reads found in it and pages that they did not, pages that came in,
// were dirtied, and left it again without anyone having read them.
//
// A read is over when its pages are known. What was missing is noted on the way, for the thread.

#include "bpf_exporter.bpf.h"

#define PAGE_SHIFT 12  // pages of 4 KiB

struct address_space;
struct file {
  struct address_space *f_mapping;
} BX_KERNEL_TYPE;
struct kiocb {
  struct file *ki_filp;
  long long ki_pos;
} BX_KERNEL_TYPE;
struct readahead_control {
  struct address_space *mapping;
  void *ra;  // since 5.13; it was an argument before
} BX_KERNEL_TYPE;

struct folio {
  unsigned int _nr_pages;  // of one that is large; since 6.15
} BX_KERNEL_TYPE;
struct folio___until_6_14 {
  unsigned int _folio_nr_pages;
} BX_KERNEL_TYPE;
struct flags {
  unsigned long bits;  // the first field of a page or folio in every kernel
};
enum pageflags {
  PG_head,
  PG_referenced,
  PG_active,
  PG_swapbacked
};  // the kernel has other numbers

struct cache {
  __u64 hits;
  __u64 misses;
  __u64 added;
  __u64 dirtied;
  __u64 unused;
};
BX_PERCPU_ARRAY(page_cache, 1, struct cache);

struct missing {
  __u64 mapping;
  __u32 tid;
  __u32 pages;
};
#define PLACES 16384
BX_ARRAY(reads_missing, PLACES, struct missing);  // threads whose ids differ by so many share one

static __always_inline struct missing *missing_of_thread(void) {
  return bx_value_at(&reads_missing, (__u32)bpf_get_current_pid_tgid() % PLACES);
}

static __always_inline bool has(void *folio, __u64 flag) {
  return ((struct flags *)folio)->bits >> flag & 1;
}

static __always_inline __u64 pages_of(void *page) {
  struct folio *folio = page;
  struct folio___until_6_14 *before = page;

  if (!has(page, bpf_core_enum_value(enum pageflags, PG_head))) return 1;
  if (bpf_core_field_exists(folio->_nr_pages)) return folio->_nr_pages;
  return bpf_core_field_exists(before->_folio_nr_pages) ? before->_folio_nr_pages : 1;
}

// Counts a read of that many bytes that ended at `end`.
static __always_inline void count_read(struct file *file, __s64 bytes, __u64 end) {
  struct missing *missing = missing_of_thread();
  struct cache *cache = bx_value_at(&page_cache, 0);
  __u64 pages, absent = 0;

  if (bytes <= 0 || !missing || !cache) return;
  pages = ((end - 1) >> PAGE_SHIFT) - ((end - bytes) >> PAGE_SHIFT) + 1;
  if (missing->pages != 0 && missing->tid == (__u32)bpf_get_current_pid_tgid()) {
    if (missing->mapping == (__u64)file->f_mapping)
      absent = missing->pages < pages ? missing->pages : pages;
    missing->pages = 0;
  }
  __sync_fetch_and_add(&cache->misses, absent);
  __sync_fetch_and_add(&cache->hits, pages - absent);
}

SEC("fexit/filemap_read")
int BPF_PROG(read_ended, struct kiocb *call, void *to, long already, long result) {
  count_read(call->ki_filp, result - already, call->ki_pos);
  return 0;
}

SEC("fexit/filemap_splice_read")
int BPF_PROG(splice_ended, struct file *file, long long *position, void *pipe, size_t size,
             unsigned int flags, long result) {
  __u64 end = 0;

  bpf_probe_read_kernel(&end, sizeof(end), position);
  count_read(file, result, end);
  return 0;
}

// Called with the pages that are still wanted when the first of them is not there.
SEC("fentry/page_cache_sync_ra")
int pages_missing(__u64 *ctx) {
  struct readahead_control *control = (void *)ctx[0];
  struct missing *missing = missing_of_thread();
  __u64 mapping = (__u64)control->mapping;
  __u32 tid = bpf_get_current_pid_tgid(), wanted;

  if (!missing) return 0;
  if (bpf_core_field_exists(control->ra)) {
    wanted = ctx[1];
    barrier_var(wanted);  // or clang makes one load of the two, which the verifier refuses
  } else {
    wanted = ctx[2];
    barrier_var(wanted);
  }
  if (missing->tid == tid && missing->mapping == mapping) wanted += missing->pages;
  *missing = (struct missing){mapping, tid, wanted};
  return 0;
}

SEC("tp_btf/mm_filemap_add_to_page_cache")
int BPF_PROG(page_added, void *page) {
  struct cache *cache = bx_value_at(&page_cache, 0);

  if (cache) __sync_fetch_and_add(&cache->added, pages_of(page));
  return 0;
}

SEC("tp_btf/mm_filemap_delete_from_page_cache")
int BPF_PROG(page_deleted, void *page) {
  struct cache *cache = bx_value_at(&page_cache, 0);

  // Pages of tmpfs and of shared memory pass here too.
  if (!cache || has(page, bpf_core_enum_value(enum pageflags, PG_referenced)) ||
      has(page, bpf_core_enum_value(enum pageflags, PG_active)) ||
      has(page, bpf_core_enum_value(enum pageflags, PG_swapbacked)))
    return 0;
  __sync_fetch_and_add(&cache->unused, pages_of(page));
  return 0;
}

SEC("tp_btf/writeback_dirty_folio")
int BPF_PROG(page_dirtied, void *page) {
  struct cache *cache = bx_value_at(&page_cache, 0);

  if (cache) __sync_fetch_and_add(&cache->dirtied, pages_of(page));
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
