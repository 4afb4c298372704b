// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// TCP connections: how long it took to connect, those that failed, how long they lived and what
// they carried, and resets.

#include "bpf_exporter.bpf.h"
#include "net.bpf.h"

#define EADDRNOTAVAIL 99
#define ECANCELED 125
#define SOCK_DONE 1  // of enum sock_flags: the peer has sent a FIN

enum sk_rst_reason___own { SK_RST_REASON_NOT_SPECIFIED };  // the kernel has it since 6.10

enum family { ipv4, ipv6 };
enum direction { outgoing, incoming };
struct opening {
  enum direction direction;
  enum family family;
};
struct failure {
  enum direction direction;
  enum family family;
  __u32 error;
};
struct reset {
  __u32 reason;
  __u32 state;
};
struct connection {
  __u64 since;  // in ns: when it was asked for, then when it was established
  enum direction direction;
  bool established;
};
struct closed {
  BX_NATIVE_SECONDS(3, -10, 17) lifetime;  // 1 ms to 36 h
  BX_NATIVE_HISTOGRAM(3, 10, 35) sent;     // 1 KiB to 32 GiB
  BX_NATIVE_HISTOGRAM(3, 10, 35) received;
};
BX_HASH(tcp_open, 65536, __u64, struct connection);  // by the socket's address
BX_PERCPU_HASH(tcp_opened, 16, struct opening, __u64);
BX_PERCPU_HASH(tcp_failures, 1024, struct failure, __u64);
// By family; 1 µs to 128 s.
BX_PERCPU_ARRAY(tcp_connects, 2, BX_NATIVE_SECONDS(3, -20, 7));
BX_PERCPU_ARRAY(tcp_closed, 2, struct closed);  // by direction
BX_PERCPU_HASH(tcp_resets_sent, 1024, struct reset, __u64);
BX_PERCPU_ARRAY(tcp_resets_received, 16, __u64);  // by state
BX_DROPPED(tcp_connections_dropped);

static __always_inline void opened(struct sock *sk, __u64 id, int old_state) {
  struct connection now = {.since = bpf_ktime_get_ns(), .established = true};
  struct connection *asked = bpf_map_lookup_elem(&tcp_open, &id);
  struct opening key = {.family = bx_is_ipv6(&sk->__sk_common) ? ipv6 : ipv4};

  // Both ends may ask at once; then an outgoing one is in SYN_RECV, too.
  if (!asked && old_state == BX_TCP_SYN_RECV) now.direction = incoming;
  if (asked) bx_observe_native_at(&tcp_connects, key.family, now.since - asked->since);
  key.direction = now.direction;
  bx_increment(&tcp_opened, &key);
  bx_set(&tcp_open, &id, now);
}

static __always_inline void failed(struct tcp_sock *tcp, struct sock *sk,
                                   enum direction direction) {
  struct failure key = {.direction = direction, .error = sk->sk_err};

  key.family = bx_is_ipv6(&sk->__sk_common) ? ipv6 : ipv4;
  // Without an error of the network, connect() failed at once, which is for want of a port, or the
  // socket was closed while it waited.
  if (key.error == 0) key.error = tcp->segs_out == 0 ? EADDRNOTAVAIL : ECANCELED;
  bx_increment(&tcp_failures, &key);
}

static __always_inline void closed(struct tcp_sock *tcp, struct sock *sk,
                                   struct connection *connection) {
  struct closed *closed = bx_value_at(&tcp_closed, connection->direction);
  __u64 received = tcp->bytes_received;

  if (!closed) return;
  if (received > 0 && sk->__sk_common.skc_flags & 1 << SOCK_DONE) received--;  // the FIN counts
  bx_observe_native_in(&closed->lifetime, bpf_ktime_get_ns() - connection->since);
  bx_observe_native_in(&closed->sent, tcp->bytes_sent - tcp->bytes_retrans);
  bx_observe_native_in(&closed->received, received);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_state_changed, struct sock *sk, int old_state, int new_state) {
  struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
  struct connection connection = {};
  __u64 id = (__u64)sk;

  if (!tcp) return 0;
  if (new_state == BX_TCP_SYN_SENT) {
    connection.since = bpf_ktime_get_ns();
    bx_set(&tcp_open, &id, connection);
  } else if (new_state == BX_TCP_ESTABLISHED) {
    opened(sk, id, old_state);
  } else if (new_state == BX_TCP_CLOSE) {
    bool known = bx_take(&tcp_open, &id, &connection);

    if (old_state == BX_TCP_SYN_SENT || old_state == BX_TCP_SYN_RECV)
      failed(tcp, sk, known || old_state == BX_TCP_SYN_SENT ? outgoing : incoming);
    else if (known)
      closed(tcp, sk, &connection);
  }
  return 0;
}

SEC("tp_btf/tcp_send_reset")
int tcp_reset_sent(__u64 *ctx) {
  struct sock *sk = (void *)ctx[0];
  struct reset key = {};

  if (bpf_core_type_exists(enum sk_rst_reason___own)) key.reason = ctx[2];
  if (sk) key.state = BPF_CORE_READ(sk, __sk_common.skc_state);
  bx_increment(&tcp_resets_sent, &key);
  return 0;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(tcp_reset_received, struct sock *sk) {
  bx_increment_at(&tcp_resets_received, sk->__sk_common.skc_state);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
