// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Block I/O: how long a request waited in the queue and how long the device took, its size, errors,
// and how many the devices work on, by device and operation.

#include "block.bpf.h"

// REQ_OP_… of linux/blk_types.h; these have had the same numbers since 5.10, the others move.
#define OPERATION_MASK 0xff
enum request_operation {
  REQUEST_READ = 0,
  REQUEST_WRITE = 1,
  REQUEST_FLUSH = 2,
  REQUEST_DISCARD = 3,
  REQUEST_SECURE_ERASE = 5,
  REQUEST_WRITE_ZEROES = 9,
  REQUEST_DRIVER_IN = 34,
  REQUEST_DRIVER_OUT = 35,
};
enum operation { read, write, flush, discard, secure_erase, write_zeroes, driver, other };

struct key {
  __u32 device;
  enum operation operation;
};
// Two buckets a doubling for times, as there are many: 0.5 MB a CPU for all. Most sizes are powers
// of two, which one bucket a doubling tells apart.
struct ios {
  BX_NATIVE_SECONDS(1, -20, 6) queue;  // 1 µs to 64 s
  BX_NATIVE_SECONDS(1, -20, 6) device;
  BX_NATIVE_HISTOGRAM(0, 9, 24) size;  // 512 B to 16 MiB
  __s64 in_flight;
};
struct error_key {
  __u32 device;
  enum operation operation;
  __s32 status;
};
struct issue {
  __u64 time;  // in ns
  __u64 bytes;
};
BX_PERCPU_HASH(bio_ios, 512, struct key, struct ios);
BX_HASH(bio_errors, 512, struct error_key, __u64);
BX_HASH(bio_issued, 16384, __u64, struct issue);  // by request
BX_DROPPED(bio_dropped);

static __always_inline struct key key_of(struct request *request) {
  struct key key = {.device = bx_request_device(request)};

  switch (request->cmd_flags & OPERATION_MASK) {
    case REQUEST_READ:
      key.operation = read;
      break;
    case REQUEST_WRITE:
      key.operation = write;
      break;
    case REQUEST_FLUSH:
      key.operation = flush;
      break;
    case REQUEST_DISCARD:
      key.operation = discard;
      break;
    case REQUEST_SECURE_ERASE:
      key.operation = secure_erase;
      break;
    case REQUEST_WRITE_ZEROES:
      key.operation = write_zeroes;
      break;
    case REQUEST_DRIVER_IN:
    case REQUEST_DRIVER_OUT:
      key.operation = driver;
      break;
    default:
      key.operation = other;
  }
  return key;
}

static __always_inline void add_in_flight(struct request *request, __s64 amount) {
  struct key key = key_of(request);
  struct ios *ios = bx_value(&bio_ios, &key);

  if (ios) __sync_fetch_and_add(&ios->in_flight, amount);
}

SEC("tp_btf/block_rq_issue")
int BPF_PROG(block_issued, struct request *request) {
  struct issue issue = {.time = bpf_ktime_get_ns(), .bytes = request->__data_len};
  __u64 id = (__u64)request;

  if (bpf_map_update_elem(&bio_issued, &id, &issue, BPF_NOEXIST) == 0)
    add_in_flight(request, 1);
  else
    bx_set(&bio_issued, &id, issue);  // the one before at this address ended unseen; or no room
  return 0;
}

// A device that has no room for a request gives it back; it is issued anew later.
SEC("tp_btf/block_rq_requeue")
int BPF_PROG(block_requeued, struct request *request) {
  __u64 id = (__u64)request;
  struct issue issue;

  if (bx_take(&bio_issued, &id, &issue)) add_in_flight(request, -1);
  return 0;
}

// `status` is an error number below zero until 5.15, and a blk_status_t since.
SEC("tp_btf/block_rq_complete")
int BPF_PROG(block_completed, struct request *request, int status, unsigned int bytes) {
  __u64 id = (__u64)request, now = bpf_ktime_get_ns(), start = request->start_time_ns;
  struct key key = key_of(request);
  struct issue issue;
  struct ios *ios;

  if (status != 0) {
    struct error_key error = {key.device, key.operation, status};
    bx_increment(&bio_errors, &error);
  }
  if (bytes < request->__data_len) return 0;  // a part of it
  // Requests that hold nothing but a flush end without having been issued.
  if (!bx_take(&bio_issued, &id, &issue)) return 0;
  ios = bx_value(&bio_ios, &key);
  if (!ios) return 0;
  // The kernel notes when it made the request, unless the queue's iostats are off.
  if (start != 0) bx_observe_native_in(&ios->queue, issue.time > start ? issue.time - start : 0);
  bx_observe_native_in(&ios->device, now > issue.time ? now - issue.time : 0);
  bx_observe_native_in(&ios->size, issue.bytes);
  __sync_fetch_and_add(&ios->in_flight, -1);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
