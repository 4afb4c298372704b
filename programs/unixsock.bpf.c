// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Connections to Unix sockets: how many wait to be accepted, how long, and what becomes of them.

#include "bpf_exporter.bpf.h"

#define EINTR 4
#define ERESTARTSYS 512  // what a signal's interruption is called inside the kernel

struct sk_buff_head___unixsock {
  __u32 qlen;
} BX_KERNEL_TYPE;
struct sock___unixsock {
  struct sk_buff_head___unixsock sk_receive_queue;
} BX_KERNEL_TYPE;
struct socket___unixsock {
  struct sock___unixsock *sk;
} BX_KERNEL_TYPE;

// Connections that wait, by the address of the socket that accept() will return, and since when.
BX_HASH(unixsock_waiting, 16384, __u64, __u64);
BX_PERCPU_ARRAY(unixsock_accepts, 1, BX_NATIVE_SECONDS(3, -20, 9));    // 1 µs to 9 minutes
BX_PERCPU_ARRAY(unixsock_backlogs, 1, BX_NATIVE_HISTOGRAM(3, 0, 13));  // 1 to 8,192
BX_PERCPU_ARRAY(unixsock_abandoned, 1, __u64);
BX_PERCPU_HASH(unixsock_connects, 512, __u32, __u64);
BX_DROPPED(unixsock_dropped);

// The last question before a connection is queued, asked with the listener locked.
SEC("fexit/security_unix_stream_connect")
int BPF_PROG(unix_queued, struct sock___unixsock *client, struct sock___unixsock *listener,
             struct sock___unixsock *server, int refused) {
  __u64 key = (__u64)server;

  if (refused) return 0;
  bx_set(&unixsock_waiting, &key, bpf_ktime_get_ns());
  bx_observe_native_at(&unixsock_backlogs, 0, listener->sk_receive_queue.qlen + 1);
  return 0;
}

SEC("fexit/unix_accept")
int BPF_PROG(unix_accepted, struct socket___unixsock *listener,
             struct socket___unixsock *accepted) {
  __u64 key = (__u64)accepted->sk;
  __u64 since;

  if (key != 0 && bx_take(&unixsock_waiting, &key, &since))
    bx_observe_native_at(&unixsock_accepts, 0, bpf_ktime_get_ns() - since);
  return 0;
}

SEC("fexit/unix_stream_connect")
int BPF_PROG(unix_connected, void *socket, void *address, int length, int flags, int result) {
  __u32 error = -result;

  if (error == ERESTARTSYS) error = EINTR;
  bx_increment(&unixsock_connects, &error);
  return 0;
}

// Of any Unix socket that is closed, and of all that still wait when their listener is.
SEC("fentry/unix_release_sock")
int BPF_PROG(unix_released, struct sock___unixsock *socket) {
  __u64 key = (__u64)socket;
  __u64 since;

  if (bx_take(&unixsock_waiting, &key, &since)) bx_increment_at(&unixsock_abandoned, 0);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
