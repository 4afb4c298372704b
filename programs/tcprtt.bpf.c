// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Round-trip times of TCP connections, as they were when one end began to close.

#include "bpf_exporter.bpf.h"
#include "net.bpf.h"

#define NSEC_PER_USEC 1000ull
#define NSEC_PER_EIGHTH 125ull  // of a microsecond, which the kernel keeps the smoothed time in
#define NO_MINIMUM 0xffffffff

enum direction { outgoing, incoming, unknown };
struct round_trip {
  BX_NATIVE_SECONDS(3, -20, 4) smoothed;  // 1 µs to 16 s
  BX_NATIVE_SECONDS(3, -20, 4) minimum;
};
BX_HASH(tcp_directions, 65536, __u64, enum direction);   // by the socket's address
BX_PERCPU_ARRAY(tcp_round_trips, 3, struct round_trip);  // by direction
BX_DROPPED(tcp_rtt_dropped);

static __always_inline void observe(struct tcp_sock *tcp, enum direction direction) {
  struct round_trip *times = bx_value_at(&tcp_round_trips, direction);
  __u32 smoothed = tcp->srtt_us;
  __u32 minimum = tcp->rtt_min.s[0].v;

  if (!times || smoothed == 0) return;
  bx_observe_native_in(&times->smoothed, smoothed * NSEC_PER_EIGHTH);
  if (minimum != NO_MINIMUM) bx_observe_native_in(&times->minimum, minimum * NSEC_PER_USEC);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_closes, struct sock *sk, int old_state, int new_state) {
  struct tcp_sock *tcp;
  enum direction direction = unknown;
  __u64 id = (__u64)sk;

  if (old_state != BX_TCP_ESTABLISHED && new_state != BX_TCP_ESTABLISHED) return 0;
  tcp = bpf_skc_to_tcp_sock(sk);
  if (!tcp) return 0;
  if (new_state == BX_TCP_ESTABLISHED) {
    bx_set(&tcp_directions, &id, old_state == BX_TCP_SYN_SENT ? outgoing : incoming);
  } else {
    bx_take(&tcp_directions, &id, &direction);
    observe(tcp, direction);
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
