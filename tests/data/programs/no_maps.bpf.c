// A program without a map.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("socket")
int nothing(struct __sk_buff* skb) { return 0; }

char LICENSE[] SEC("license") = "GPL";
