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

FILL {
  struct event first = {"first", 1}, second = {"second", 2};
  bpf_perf_event_output(context, &perf_events_total, BPF_F_CURRENT_CPU, &first, sizeof(first));
  bpf_perf_event_output(context, &perf_events_total, BPF_F_CURRENT_CPU, &second, sizeof(second));
  bpf_perf_event_output(context, &perf_events_total, BPF_F_CURRENT_CPU, &second, sizeof(second));
  return 0;
}
