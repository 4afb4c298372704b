// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Sockets and packets, for programs that do without vmlinux.h. With it, include it before this: its
// types are then used.

#pragma once

#include <bpf/bpf_endian.h>

#include "bpf_exporter.bpf.h"

#ifndef __VMLINUX_H__
typedef struct {
  int counter;
} BX_KERNEL_TYPE atomic_t;

struct in6_addr {
  union {
    __u32 u6_addr32[4];
  } in6_u;
} BX_KERNEL_TYPE;

struct sock_common {
  unsigned short skc_family;
  volatile unsigned char skc_state;
  __u16 skc_num;  // the local port, as the host writes it
  unsigned long skc_flags;
  struct in6_addr skc_v6_daddr;
} BX_KERNEL_TYPE;

struct sock {
  struct sock_common __sk_common;
  struct {
    atomic_t rmem_alloc;
  } sk_backlog;
  __u16 sk_protocol;
  int sk_err;
  int sk_rcvbuf;
  __u32 sk_ack_backlog;
  __u32 sk_max_ack_backlog;
} BX_KERNEL_TYPE;

struct request_sock {
  struct sock_common __req_common;
} BX_KERNEL_TYPE;

struct request_sock_queue {
  atomic_t qlen;
} BX_KERNEL_TYPE;

struct inet_connection_sock {
  struct request_sock_queue icsk_accept_queue;
  __u8 icsk_ca_state : 5;
  __u8 icsk_pending;
} BX_KERNEL_TYPE;

struct minmax_sample {
  __u32 v;
} BX_KERNEL_TYPE;

struct minmax {
  struct minmax_sample s[3];
} BX_KERNEL_TYPE;

struct tcp_sock {
  struct inet_connection_sock inet_conn;
  __u32 segs_out;
  __u64 bytes_received;
  __u64 bytes_sent;
  __u64 bytes_retrans;
  __u32 srtt_us;  // in eighths of a microsecond
  struct minmax rtt_min;
} BX_KERNEL_TYPE;

struct tcp_request_sock {
  __u64 snt_synack;
} BX_KERNEL_TYPE;

struct tcp_skb_cb {
  __u16 tcp_gso_segs;
} BX_KERNEL_TYPE;

struct sk_buff {
  char cb[48];
  __be16 protocol;
} BX_KERNEL_TYPE;
#endif

// How a packet of IPv4 or IPv6 begins.
struct bx_ipv4_start {
  __u8 words;  // 4 bits of version, 4 of the header's length
  __u8 service;
  __be16 length;
  __be16 id;
  __be16 fragment;
  __u8 ttl;
  __u8 protocol;
};
struct bx_ipv6_start {
  __be32 version;
  __be16 length;
  __u8 next;
  __u8 hops;
};

#define BX_ETHERTYPE_IPV4 0x0800
#define BX_ETHERTYPE_IPV6 0x86dd

#define BX_AF_INET6 10

// The states of include/net/tcp_states.h.
#define BX_TCP_ESTABLISHED 1
#define BX_TCP_SYN_SENT 2
#define BX_TCP_SYN_RECV 3
#define BX_TCP_CLOSE 7
#define BX_TCP_LISTEN 10

// Whether a socket, or a request for one, speaks IPv6; not if its peer has an IPv4 address that is
// written as an IPv6 one (::ffff:192.0.2.1).
static __always_inline bool bx_is_ipv6(const struct sock_common *common) {
  const __u32 *peer = common->skc_v6_daddr.in6_u.u6_addr32;

  if (common->skc_family != BX_AF_INET6) return false;
  return peer[0] != 0 || peer[1] != 0 || peer[2] != bpf_htonl(0xffff);
}
