// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// An object as others write them, for `init`: no name in it is this project's. Nothing runs.
// libbpf's headers use the types of those before them.
// clang-format off
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
// clang-format on

#define MAP(name, map_type, entries, key_type, value_type) \
  struct {                                                 \
    __uint(type, map_type);                                \
    __uint(max_entries, entries);                          \
    __type(key, key_type);                                 \
    __type(value, value_type);                             \
  } name SEC(".maps")

enum op { OP_READ, OP_WRITE, OP_MAX };

struct flow {
  __u64 cgroup_id;
  __u32 ifindex;
  __u32 saddr;
  __u8 daddr[16];
  __u16 dport;
  __u16 sport;
  char comm[16];
  __u32 errno;
  __u8 pad[4];
  void *task;
};
struct info {
  __u64 count;
  __u64 bytes_total;
  __u32 inflight;
  __s32 balance;
  __u64 last_ts;
  __u32 slots[27];
  __u64 total;
  char comm[16];
};
union address {
  __u32 saddr_v4;
  __u8 saddr_v6[16];
};
struct address_key {
  union address address;
  __u32 syscall;
};
struct bucket_key {
  enum op op;
  __u32 bucket;
};

MAP(flows, BPF_MAP_TYPE_HASH, 1024, struct flow, struct info);
MAP(start, BPF_MAP_TYPE_HASH, 1024, __u32, __u64);
MAP(by_size, BPF_MAP_TYPE_PERCPU_HASH, 1024, struct bucket_key, __u64);
MAP(counts, BPF_MAP_TYPE_ARRAY, 8, __u32, __u64);
MAP(only, BPF_MAP_TYPE_PERCPU_ARRAY, 1, __u32, __u64);
MAP(unsized, BPF_MAP_TYPE_HASH, 0, struct address_key, __u64);
MAP(stacks, BPF_MAP_TYPE_STACK_TRACE, 16, __u32, __u64[127]);

MAP(by_cache, BPF_MAP_TYPE_HASH, 1024, void *, __u64);
MAP(by_request, BPF_MAP_TYPE_HASH, 1024, void *, __u64);
struct {
  __uint(type, BPF_MAP_TYPE_STACK_TRACE);
  __type(key, __u32);
} sizeless SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, 4);
  __uint(value_size, 4);
} events SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

const volatile __u32 targ_pid = 0;
const volatile _Bool targ_ms = 1;
const volatile char targ_comm[16] = "it's";
const volatile enum op targ_op = OP_WRITE;
const volatile __s16 targ_ports[3] = {-1, 2};
const volatile struct bucket_key targ_key = {OP_WRITE, 3};
const volatile __u64 kaddr_jiffies;

__u64 hits;
__s64 misses;
__u64 stats[OP_MAX];
enum op last_op;
struct info hists[OP_MAX];
__u32 freqs_mhz[128];
static struct info zero;

SEC("kprobe/do_unlinkat")
int unlinked(void *ctx) { return targ_pid + targ_ms + targ_comm[0] + targ_op + zero.count; }

// One of the two is enough.
SEC("raw_tp/sched_switch")
int switched_raw(void *ctx) { return 0; }

SEC("tp_btf/sched_switch")
int switched_btf(void *ctx) { return 0; }

// Entry and return belong together.
SEC("kprobe/vfs_read")
int read_by_kprobe(void *ctx) { return 0; }

SEC("kretprobe/vfs_read")
int was_read_by_kretprobe(void *ctx) { return 0; }

SEC("fexit/vfs_read")
int was_read_by_fexit(void *ctx) { return kaddr_jiffies != 0; }

// A signal is counted by a call of kill() and by what the call leads to, in one buffer.
static __attribute__((noinline)) int send(__u64 *sent) {
  return bpf_ringbuf_output(&ring, sent, sizeof(*sent), 0);
}

SEC("tracepoint/syscalls/sys_enter_kill")
int kill_begins(void *ctx) { return bpf_map_lookup_elem(&start, &hits) != 0; }

SEC("tracepoint/syscalls/sys_exit_kill")
int kill_ends(void *ctx) { return send(&hits); }

SEC("raw_tp/signal_generate")
int generated_raw(void *ctx) { return bpf_ringbuf_output(&ring, &hits, sizeof(hits), 0); }

SEC("tp_btf/signal_generate")
int generated_btf(void *ctx) { return bpf_ringbuf_output(&ring, &hits, sizeof(hits), 0); }

// Both are counted, each in a buffer of its own.
SEC("tp/syscalls/sys_enter_execve")
int exec_begins(void *ctx) { return bpf_ringbuf_output(&ring, &hits, sizeof(hits), 0); }

SEC("tp/sched/sched_process_exec")
int executed(void *ctx) { return bpf_perf_event_output(ctx, &events, 0, &hits, sizeof(hits)); }

// A request ends.
SEC("tp/block/block_rq_complete")
int ended(void *ctx) {
  if (bpf_map_lookup_elem(&by_cache, &ctx) == 0) return 0;
  return bpf_map_delete_elem(&by_request, &ctx);
}

// Functions of user programs, without the file that has them.
SEC("uretprobe/getaddrinfo")
int resolved(void *ctx) { return 0; }

SEC("uprobe.s/no_file_has_this")
int never(void *ctx) { return 0; }

SEC("uretprobe")
int handle_malloc_exit(void *ctx) { return 0; }

// Their own loader says which functions.
SEC("fentry/dummy_open")
int open_fentry(void *ctx) { return 0; }

SEC("kprobe/dummy_open")
int open_kprobe(void *ctx) { return 0; }

SEC("kprobe/foo")
int any_kprobe(void *ctx) { return 0; }

// Of kinds that nothing attaches, that only an entry attaches, and that nobody knows.
SEC("iter/task")
int dump(void *ctx) { return 0; }

SEC("perf_event")
int sample(void *ctx) { return 0; }

SEC("kprobe")
int anywhere(void *ctx) { return 0; }

SEC("unheard_of")
int nowhere(void *ctx) { return 0; }

SEC("?kprobe/vfs_write")
int off(void *ctx) { return 0; }

SEC("socket")
int packet(struct __sk_buff *skb) { return targ_ports[0] + targ_key.bucket; }

char LICENSE[] SEC("license") = "GPL";
