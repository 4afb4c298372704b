// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Disks and their requests, for programs that do without vmlinux.h. With it, include it before
// this: its types are then used.

#pragma once

#include "bpf_exporter.bpf.h"

#ifndef __VMLINUX_H__
struct gendisk {
  int major;
  int first_minor;
} BX_KERNEL_TYPE;

struct request_queue {
  struct gendisk *disk;  // since 5.15
} BX_KERNEL_TYPE;

struct request {
  struct request_queue *q;
  unsigned int cmd_flags;
  unsigned int __data_len;  // in bytes: what is still to be done
  __u64 start_time_ns;
} BX_KERNEL_TYPE;
#endif

// A request knew its disk itself until 5.16.
struct request___bx_disk {
  struct gendisk *rq_disk;
} BX_KERNEL_TYPE;

// A device number as the kernel's new_encode_dev() makes it, which the decoder majorminor takes.
static __always_inline __u32 bx_device_number(__u32 major, __u32 minor) {
  return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

// The number of the disk that a request is for; 0 if it is for none, as some commands of drivers.
static __always_inline __u32 bx_request_device(struct request *request) {
  struct request___bx_disk *before = (void *)request;
  struct gendisk *disk =
      bpf_core_field_exists(before->rq_disk) ? before->rq_disk : request->q->disk;

  return disk ? bx_device_number(disk->major, disk->first_minor) : 0;
}
