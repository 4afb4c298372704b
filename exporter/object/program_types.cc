// SPDX-License-Identifier: Apache-2.0
// Tests: layout_test.cc
#include "object/program_types.h"

#include <array>
#include <string_view>

namespace bpf_exporter::object {
namespace {

// In the order of enum bpf_prog_type (linux/bpf.h).
constexpr std::array<std::string_view, 32> kProgramTypeNames = {
    "unspec",
    "socket_filter",
    "kprobe",
    "sched_cls",
    "sched_act",
    "tracepoint",
    "xdp",
    "perf_event",
    "cgroup_skb",
    "cgroup_sock",
    "lwt_in",
    "lwt_out",
    "lwt_xmit",
    "sock_ops",
    "sk_skb",
    "cgroup_device",
    "sk_msg",
    "raw_tracepoint",
    "cgroup_sock_addr",
    "lwt_seg6local",
    "lirc_mode2",
    "sk_reuseport",
    "flow_dissector",
    "cgroup_sysctl",
    "raw_tracepoint_writable",
    "cgroup_sockopt",
    "tracing",
    "struct_ops",
    "ext",
    "lsm",
    "sk_lookup",
    "syscall",
};

}  // namespace

std::string ProgramTypeName(std::uint32_t type) {
  const auto index = static_cast<std::size_t>(type);
  return index < kProgramTypeNames.size() ? std::string(kProgramTypeNames[index])
                                          : "type " + std::to_string(index);
}

}  // namespace bpf_exporter::object
