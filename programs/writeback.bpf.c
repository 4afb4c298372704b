// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Writeback of dirty pages: how long the kernel held back those who made too many, and how long it
// wrote, by device.

#include "block.bpf.h"

#define NSEC_PER_MSEC 1000000ull

struct backing_dev_info {
  char dev_name[64];
} BX_KERNEL_TYPE;
struct bdi_writeback {
  struct backing_dev_info *bdi;
} BX_KERNEL_TYPE;

enum wb_reason { WB_REASON_LAPTOP_TIMER = 4 };  // went in 7.3, so those after it moved
struct wb_writeback_work {
  long nr_pages;  // still to be written
  enum wb_reason reason;
} BX_KERNEL_TYPE;
enum reason {
  background,
  vmscan,
  sync,
  periodic,
  laptop_timer,
  fs_free_space,
  forker_thread,
  foreign_flush,
  dontcache,
};

// What the kernel shows of its tracepoint; the tracepoint itself has it in jiffies.
struct trace_event_raw_balance_dirty_pages {
  char bdi[32];
  long pause;  // in ms
} BX_KERNEL_TYPE;

struct key {
  __u32 device;
  enum reason reason;
};
struct writeback {
  BX_NATIVE_SECONDS(1, -20, 6) time;  // 1 µs to 64 s; 0.2 MB for all
  __u64 pages;
};
BX_HASH(writebacks, 512, struct key, struct writeback);
BX_HASH(throttled, 256, __u32, BX_NATIVE_SECONDS(1, -10, -2));  // by device; 1 ms to 250 ms
struct beginning {
  __u64 time;  // in ns
  long pages;  // to be written
};
BX_HASH(writebacks_begun, 1024, __u32, struct beginning);  // by thread
BX_DROPPED(writeback_dropped);

// The device number of one that is called "8:16"; 0 for file systems that are on no single disk.
static __always_inline __u32 device_of(const char *kernel_name) {
  __u32 numbers[2] = {0, 0}, at = 0;
  char name[16];

  bpf_probe_read_kernel(name, sizeof(name), kernel_name);

  for (int i = 0; i < 12; i++) {
    char c = name[i];
    if (c == ':' && at == 0) {
      at = 1;
    } else if (c >= '0' && c <= '9') {
      if (at == 0)
        numbers[0] = numbers[0] * 10 + (c - '0');
      else
        numbers[1] = numbers[1] * 10 + (c - '0');
    } else {
      break;
    }
  }
  return at == 1 ? bx_device_number(numbers[0], numbers[1]) : 0;
}

static __always_inline enum reason reason_of(struct wb_writeback_work *work) {
  __u32 reason = work->reason;

  if (!bpf_core_enum_value_exists(enum wb_reason, WB_REASON_LAPTOP_TIMER) && reason >= laptop_timer)
    reason++;
  return reason;
}

// A program is to sleep, as it has made too many pages dirty; told also if it need not.
SEC("tracepoint/writeback/balance_dirty_pages")
int throttle(struct trace_event_raw_balance_dirty_pages *event) {
  long pause = event->pause;
  __u32 device;

  if (pause <= 0) return 0;
  device = device_of(event->bdi);
  bx_observe_native(&throttled, &device, pause * NSEC_PER_MSEC);
  return 0;
}

SEC("tp_btf/writeback_start")
int BPF_PROG(writeback_begins, struct bdi_writeback *writeback, struct wb_writeback_work *work) {
  struct beginning beginning = {.time = bpf_ktime_get_ns(), .pages = work->nr_pages};
  __u32 tid = bpf_get_current_pid_tgid();

  bx_set(&writebacks_begun, &tid, beginning);
  return 0;
}

SEC("tp_btf/writeback_written")
int BPF_PROG(writeback_ends, struct bdi_writeback *writeback, struct wb_writeback_work *work) {
  struct key key = {.device = device_of(writeback->bdi->dev_name), .reason = reason_of(work)};
  __u32 tid = bpf_get_current_pid_tgid();
  struct beginning beginning;
  struct writeback *row;
  long pages;

  if (!bx_take(&writebacks_begun, &tid, &beginning)) return 0;
  row = bx_value(&writebacks, &key);
  if (!row) return 0;
  bx_observe_native_in(&row->time, bpf_ktime_get_ns() - beginning.time);
  pages = beginning.pages - work->nr_pages;
  if (pages > 0) __sync_fetch_and_add(&row->pages, pages);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
