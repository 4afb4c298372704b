// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Packets and bytes by IP protocol, counted where a packet socket sees them.
//
// Counts what arrives at the interface (on lo: what leaves one socket for another). With
// segmentation offload a packet may be larger than the interface's MTU. Bytes are the frame's as
// the socket gets it: with its link-layer header, without a VLAN tag that the kernel took off.

#include <bpf/bpf_endian.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "bpf_exporter.bpf.h"

#define MAX_VLAN_TAGS 2
#define MAX_EXTENSION_HEADERS 8

struct traffic {
  __u64 packets;
  __u64 bytes;
};

// Indexed by IP protocol number. One array for all CPUs, so that it can be read through mmap.
BX_ARRAY(packets, 256, struct traffic);

BX_PERCPU_ARRAY(packets_unreadable, 1, __u64);

// The start of an IPv6 extension header. The authentication header counts its length in another
// unit, and the fragment header has a fixed one.
struct extension {
  __u8 next;
  __u8 length;
  __be16 fragment;  // of the fragment header: 13 bits of offset, 3 of flags
};

// Offsets from the network header are the same for every kind of link layer.
static __always_inline bool read(struct __sk_buff *skb, __u32 offset, void *to, __u32 size) {
  return bpf_skb_load_bytes_relative(skb, offset, to, size, BPF_HDR_START_NET) == 0;
}

// The protocol behind the extension headers; -1 if the packet ends before it. A chain that is
// longer than the bound counts as the header where the walk stopped.
static __always_inline int ipv6_protocol(struct __sk_buff *skb, __u32 offset) {
  __u8 protocol;

  if (!read(skb, offset + offsetof(struct ipv6hdr, nexthdr), &protocol, sizeof(protocol)))
    return -1;
  offset += sizeof(struct ipv6hdr);

  for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
    struct extension header;

    if (protocol != IPPROTO_HOPOPTS && protocol != IPPROTO_ROUTING &&
        protocol != IPPROTO_FRAGMENT && protocol != IPPROTO_DSTOPTS && protocol != IPPROTO_AH)
      break;
    if (!read(skb, offset, &header, sizeof(header))) return -1;
    if (protocol == IPPROTO_FRAGMENT) {
      protocol = header.next;
      // Only the first fragment has the headers that follow.
      if (header.fragment & bpf_htons(0xfff8)) break;
      offset += 8;
    } else {
      offset += protocol == IPPROTO_AH ? (header.length + 2) * 4 : (header.length + 1) * 8;
      protocol = header.next;
    }
  }
  return protocol;
}

// The packet's IP protocol, -1 if its headers cannot be read, -2 if it is not IP.
static __always_inline int ip_protocol(struct __sk_buff *skb) {
  __u32 ethertype = skb->protocol;
  __u32 offset = 0;
  __u8 protocol;

  // The kernel has taken the outermost tag off before this; more are still in front of IP.
  for (int i = 0; i < MAX_VLAN_TAGS; i++) {
    struct {
      __be16 tag;
      __be16 ethertype;
    } vlan;

    if (ethertype != bpf_htons(ETH_P_8021Q) && ethertype != bpf_htons(ETH_P_8021AD)) break;
    if (!read(skb, offset, &vlan, sizeof(vlan))) return -1;
    ethertype = vlan.ethertype;
    offset += sizeof(vlan);
  }

  if (ethertype == bpf_htons(ETH_P_IPV6)) return ipv6_protocol(skb, offset);
  if (ethertype != bpf_htons(ETH_P_IP)) return -2;
  if (!read(skb, offset + offsetof(struct iphdr, protocol), &protocol, sizeof(protocol))) return -1;
  return protocol;
}

SEC("socket")
int count_packets(struct __sk_buff *skb) {
  int protocol = ip_protocol(skb);

  if (protocol >= 0) {
    struct traffic *traffic = bx_value_at(&packets, protocol);

    if (traffic) {
      __sync_fetch_and_add(&traffic->packets, 1);
      __sync_fetch_and_add(&traffic->bytes, skb->len);
    }
  } else if (protocol == -1) {
    bx_increment_at(&packets_unreadable, 0);
  }
  return 0;  // bytes to hand to the socket: nobody reads it
}

char LICENSE[] SEC("license") = "GPL";
