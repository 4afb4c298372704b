// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// TLS handshakes of programs that use OpenSSL's libssl: how long they took, and those that failed.
//
// A program whose sockets do not block calls SSL_do_handshake again and again until it is done. So
// a handshake begins with the first call for a connection and ends when one returns 1; it has
// failed if the connection is freed before.

#include "bpf_exporter.bpf.h"

// Protocol versions by their index, and as RFC 8446 and RFC 6347 write them.
enum version { OTHER, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3, DTLS_1_0, DTLS_1_2, VERSIONS };

struct connection {
  __u64 ssl;  // its address in the process
  __u64 process;
};
struct handshakes {
  BX_NATIVE_SECONDS(3, -20, 5) time;  // 1 µs to 32 s
  __u64 failures;
};
BX_HASH(tlslat_begun, 65536, struct connection, __u64);  // when, in ns
BX_HASH(tlslat_calls, 16384, __u32, __u64);              // by thread: the connection it works at
BX_PERCPU_ARRAY(tlslat_handshakes, VERSIONS, struct handshakes);
BX_DROPPED(tlslat_dropped);

static __always_inline struct connection connection_of(__u64 ssl) {
  return (struct connection){ssl, bpf_get_current_pid_tgid() >> 32};
}

static __always_inline enum version version_of(__u32 number) {
  if (number >= 0x0301 && number <= 0x0304) return TLS_1_0 + (number - 0x0301);
  if (number == 0xfeff) return DTLS_1_0;
  return number == 0xfefd ? DTLS_1_2 : OTHER;
}

// The version is the first number of a connection in OpenSSL 1.1 to 3.1; since 3.2 pointers and
// counters, which cannot be taken for one, come before it.
static __always_inline enum version read_version(__u64 ssl) {
  __u32 numbers[32] = {};

  bpf_probe_read_user(numbers, sizeof(numbers), (void *)ssl);
#pragma unroll
  for (int i = 0; i < 32; i++) {
    enum version version = version_of(numbers[i]);

    if (version != OTHER) return version;
  }
  return OTHER;
}

SEC("uprobe")
int BPF_UPROBE(handshake_called, __u64 ssl) {
  struct connection connection = connection_of(ssl);
  __u32 thread = bpf_get_current_pid_tgid();

  bx_set(&tlslat_calls, &thread, ssl);
  if (!bpf_map_lookup_elem(&tlslat_begun, &connection))
    bx_set(&tlslat_begun, &connection, bpf_ktime_get_ns());
  return 0;
}

SEC("uretprobe")
int BPF_URETPROBE(handshake_returned, int result) {
  __u32 thread = bpf_get_current_pid_tgid();
  struct connection connection;
  struct handshakes *handshakes;
  __u64 ssl, began;

  if (!bx_take(&tlslat_calls, &thread, &ssl) || result != 1) return 0;
  connection = connection_of(ssl);
  if (!bx_take(&tlslat_begun, &connection, &began)) return 0;
  handshakes = bx_value_at(&tlslat_handshakes, read_version(ssl));
  if (handshakes) bx_observe_native_in(&handshakes->time, bpf_ktime_get_ns() - began);
  return 0;
}

SEC("uprobe")
int BPF_UPROBE(connection_freed, __u64 ssl) {
  struct connection connection = connection_of(ssl);
  struct handshakes *handshakes;
  __u64 began;

  if (!bx_take(&tlslat_begun, &connection, &began)) return 0;
  handshakes = bx_value_at(&tlslat_handshakes, read_version(ssl));
  if (handshakes) __sync_fetch_and_add(&handshakes->failures, 1);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
