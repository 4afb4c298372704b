// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct event {
  char name[8];
  __u32 number;
};

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, sizeof(__u32));
  __uint(value_size, sizeof(__u32));
} perf_events_total SEC(".maps");

struct text {
  char digits[8];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, sizeof(__u32));
  __uint(value_size, sizeof(__u32));
} perf_errors_total SEC(".maps");

FILL {
  struct event first = {"first", 1}, second = {"second", 2}, cut = {"abcdefg\xc3", 3};
  struct text number = {"13"}, none = {"none"};

  bpf_perf_event_output(context, &perf_events_total, BPF_F_CURRENT_CPU, &first, sizeof(first));
  bpf_perf_event_output(context, &perf_events_total, BPF_F_CURRENT_CPU, &second, sizeof(second));
  bpf_perf_event_output(context, &perf_events_total, BPF_F_CURRENT_CPU, &second, sizeof(second));
  bpf_perf_event_output(context, &perf_events_total, BPF_F_CURRENT_CPU, &cut, sizeof(cut));
  bpf_perf_event_output(context, &perf_errors_total, BPF_F_CURRENT_CPU, &none, sizeof(none));
  bpf_perf_event_output(context, &perf_errors_total, BPF_F_CURRENT_CPU, &number, sizeof(number));
  return 0;
}
