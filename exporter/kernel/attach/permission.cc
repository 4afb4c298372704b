// SPDX-License-Identifier: Apache-2.0
// Tests: follow_test.py
#include "kernel/attach/permission.h"

#include <bpf/bpf.h>
#include <linux/perf_event.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "base/fd.h"
#include "kernel/attach/multi_link.h"
#include "kernel/attach/remedy.h"
#include "kernel/attach/tc_filter.h"
#include "object/libbpf_log.h"

namespace bpf_exporter::kernel {
namespace {

constexpr int kNoInterface = INT_MAX;

// Returns the errno of making a link to something that is not there.
int TryLink(const bpf_program* program, int target, bpf_attach_type type) {
  const Fd link(bpf_link_create(bpf_program__fd(program), target, type, nullptr));
  return link.valid() ? 0 : errno;
}

int TryTc(const bpf_program* program, bool ingress) {
  const Result<Fd> link = AttachTcx(bpf_program__fd(program), {kNoInterface, ingress});
  if (link || link.error().code == ENODEV) return 0;
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = kNoInterface, .attach_point = BPF_TC_INGRESS);
  return -bpf_tc_hook_create(&hook);
}

int TryPacketSocket() {
  const Fd packets(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  return packets.valid() ? 0 : errno;
}

int TryPerfEvent() {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  attributes.disabled = 1;
  constexpr int kAllProcesses = -1, kFirstCpu = 0, kNoGroup = -1;
  const Fd event(static_cast<int>(syscall(SYS_perf_event_open, &attributes, kAllProcesses,
                                          kFirstCpu, kNoGroup, PERF_FLAG_FD_CLOEXEC)));
  return event.valid() ? 0 : errno;
}

int Try(const bpf_program* program, const plan::Place& place) {
  switch (*place.kind) {
    case config::ProbeKind::kXdp:
      return TryLink(program, kNoInterface, BPF_XDP);
    case config::ProbeKind::kTc:
      return TryTc(program, place.direction == "ingress");
    case config::ProbeKind::kSocketFilter:
      return TryPacketSocket();
    case config::ProbeKind::kCgroup:
      return TryLink(program, -1, bpf_program__expected_attach_type(program));
    case config::ProbeKind::kUprobe:
    case config::ProbeKind::kUretprobe:
      // Links to many functions need no perf event.
      if (MultiLinkOf(bpf_program__expected_attach_type(program))) return 0;
      return TryPerfEvent();
    case config::ProbeKind::kPerfEvent:
    case config::ProbeKind::kUsdt:
      return TryPerfEvent();
    default:
      return 0;
  }
}

}  // namespace

Status MayAttach(const bpf_program* program, const plan::Place& place) {
  if (!place.kind) return {};
  const object::LibbpfLog quiet;
  const int code = Try(program, place);
  if (code != EPERM && code != EACCES) return {};
  return WithRemedy(*place.kind, ErrnoError(plan::PlaceName(place), code));
}

}  // namespace bpf_exporter::kernel
