// SPDX-License-Identifier: Apache-2.0
#include "object/sections.h"

#include <algorithm>
#include <iterator>

namespace bpf_exporter::object {
namespace {

using enum SectionUse;

constexpr std::string_view kReuseport = "a group of sockets has it, and picks one of them by it";
constexpr std::string_view kAction = "it is an action of a traffic filter, which tc makes";
constexpr std::string_view kNetkit = "a netkit device (Linux 6.7) has it, and sends by it";
constexpr std::string_view kInsteadOfNetkit =
    "SEC(\"tc\") and an entry tc: {interface: NAME, direction: egress} count the device's packets";
constexpr std::string_view kFreplace = "it takes the place of a function of another program";
constexpr std::string_view kLsmCgroup = "it decides for a cgroup; SEC(\"lsm/HOOK\") is for all";
constexpr std::string_view kIter = "it runs when somebody reads it";
constexpr std::string_view kInsteadOfIter =
    "count what it would list where that comes and goes instead";
constexpr std::string_view kSyscall = "it runs when a process asks for it by BPF_PROG_RUN";
constexpr std::string_view kRedirect = "it runs for packets that another program redirects";
constexpr std::string_view kRoute = "a route has it";
constexpr std::string_view kSockmap = "sockets in a sockmap have it";
constexpr std::string_view kInfrared = "an infrared receiver has it";
constexpr std::string_view kNamespace = "a network namespace has it, and decides by it";
constexpr std::string_view kStructOps = "it is a part of a struct_ops map, which runs the kernel";
constexpr std::string_view kNetfilter = "it is a firewall's (Linux 6.4), and decides about packets";
constexpr std::string_view kInsteadOfNetfilter =
    "SEC(\"tc\") at an interface, or SEC(\"cgroup_skb/ingress\") at a cgroup, counts packets";

// In libbpf's order.
constexpr SectionInfo kSections[] = {
    {"socket", false, kEntry, "socket_filter"},
    {"sk_reuseport/migrate", false, kNotByUs, kReuseport},
    {"sk_reuseport", false, kNotByUs, kReuseport},
    {"kprobe", true, kTarget, "kprobe"},
    {"uprobe", true, kTarget, "uprobe"},
    {"uprobe.s", true, kTarget, "uprobe"},
    {"kretprobe", true, kTarget, "kretprobe"},
    {"uretprobe", true, kTarget, "uretprobe"},
    {"uretprobe.s", true, kTarget, "uretprobe"},
    {"kprobe.multi", true, kTarget, "kprobe"},
    {"kretprobe.multi", true, kTarget, "kretprobe"},
    {"kprobe.session", true, kTarget, "kprobe", 5},
    {"uprobe.multi", true, kTarget, "uprobe", 3},
    {"uretprobe.multi", true, kTarget, "uretprobe", 3},
    {"uprobe.session", true, kTarget, "uprobe", 6},
    {"uprobe.multi.s", true, kTarget, "uprobe", 3},
    {"uretprobe.multi.s", true, kTarget, "uretprobe", 3},
    {"uprobe.session.s", true, kTarget, "uprobe", 6},
    {"ksyscall", true, kTarget, "kprobe"},
    {"kretsyscall", true, kTarget, "kretprobe"},
    {"usdt", true, kTarget, "usdt"},
    {"usdt.s", true, kTarget, "usdt", 3},
    {"tc/ingress", false, kEntry, "tc", 3},
    {"tc/egress", false, kEntry, "tc", 3},
    {"tcx/ingress", false, kEntry, "tc", 3},
    {"tcx/egress", false, kEntry, "tc", 3},
    {"tc", false, kEntry, "tc"},
    {"classifier", false, kEntry, "tc"},
    {"action", false, kNotByUs, kAction},
    {"netkit/primary", false, kNotByUs, kNetkit, 3, kInsteadOfNetkit},
    {"netkit/peer", false, kNotByUs, kNetkit, 3, kInsteadOfNetkit},
    {"tracepoint", true, kTarget, "tracepoint"},
    {"tp", true, kTarget, "tracepoint"},
    {"raw_tracepoint", true, kTarget, "raw_tracepoint"},
    {"raw_tp", true, kTarget, "raw_tracepoint"},
    {"raw_tracepoint.w", true, kTarget, "raw_tracepoint"},
    {"raw_tp.w", true, kTarget, "raw_tracepoint"},
    {"tp_btf", true, kTarget, "raw_tracepoint"},
    {"fentry", true, kTarget, "fentry"},
    {"fmod_ret", true, kNoEntry, ""},
    {"fexit", true, kTarget, "fexit"},
    {"fentry.s", true, kTarget, "fentry"},
    {"fmod_ret.s", true, kNoEntry, ""},
    {"fexit.s", true, kTarget, "fexit"},
    {"freplace", true, kNotByUs, kFreplace},
    {"lsm", true, kTarget, "lsm"},
    {"lsm.s", true, kTarget, "lsm"},
    {"lsm_cgroup", true, kNotByUs, kLsmCgroup},
    {"iter", true, kNotByUs, kIter, 0, kInsteadOfIter},
    {"iter.s", true, kNotByUs, kIter, 0, kInsteadOfIter},
    {"syscall", false, kNotByUs, kSyscall},
    {"xdp.frags/devmap", false, kNotByUs, kRedirect},
    {"xdp/devmap", false, kNotByUs, kRedirect},
    {"xdp.frags/cpumap", false, kNotByUs, kRedirect},
    {"xdp/cpumap", false, kNotByUs, kRedirect},
    {"xdp.frags", false, kEntry, "xdp"},
    {"xdp", false, kEntry, "xdp"},
    {"perf_event", false, kEntry, "perf_event"},
    {"lwt_in", false, kNotByUs, kRoute},
    {"lwt_out", false, kNotByUs, kRoute},
    {"lwt_xmit", false, kNotByUs, kRoute},
    {"lwt_seg6local", false, kNotByUs, kRoute},
    {"sockops", false, kEntry, "cgroup"},
    {"sk_skb/stream_parser", false, kNotByUs, kSockmap},
    {"sk_skb/stream_verdict", false, kNotByUs, kSockmap},
    {"sk_skb/verdict", false, kNotByUs, kSockmap, 5},
    {"sk_skb", false, kNotByUs, kSockmap},
    {"sk_msg", false, kNotByUs, kSockmap},
    {"lirc_mode2", false, kNotByUs, kInfrared},
    {"flow_dissector", false, kNotByUs, kNamespace},
    {"cgroup_skb/ingress", false, kEntry, "cgroup"},
    {"cgroup_skb/egress", false, kEntry, "cgroup"},
    {"cgroup/skb", false, kEntry, "cgroup"},
    {"cgroup/sock_create", false, kEntry, "cgroup"},
    {"cgroup/sock_release", false, kEntry, "cgroup"},
    {"cgroup/sock", false, kEntry, "cgroup"},
    {"cgroup/post_bind4", false, kEntry, "cgroup"},
    {"cgroup/post_bind6", false, kEntry, "cgroup"},
    {"cgroup/bind4", false, kEntry, "cgroup"},
    {"cgroup/bind6", false, kEntry, "cgroup"},
    {"cgroup/connect4", false, kEntry, "cgroup"},
    {"cgroup/connect6", false, kEntry, "cgroup"},
    {"cgroup/connect_unix", false, kEntry, "cgroup", 3},
    {"cgroup/sendmsg4", false, kEntry, "cgroup"},
    {"cgroup/sendmsg6", false, kEntry, "cgroup"},
    {"cgroup/sendmsg_unix", false, kEntry, "cgroup", 3},
    {"cgroup/recvmsg4", false, kEntry, "cgroup"},
    {"cgroup/recvmsg6", false, kEntry, "cgroup"},
    {"cgroup/recvmsg_unix", false, kEntry, "cgroup", 3},
    {"cgroup/getpeername4", false, kEntry, "cgroup"},
    {"cgroup/getpeername6", false, kEntry, "cgroup"},
    {"cgroup/getpeername_unix", false, kEntry, "cgroup", 3},
    {"cgroup/getsockname4", false, kEntry, "cgroup"},
    {"cgroup/getsockname6", false, kEntry, "cgroup"},
    {"cgroup/getsockname_unix", false, kEntry, "cgroup", 3},
    {"cgroup/sysctl", false, kEntry, "cgroup"},
    {"cgroup/getsockopt", false, kEntry, "cgroup"},
    {"cgroup/setsockopt", false, kEntry, "cgroup"},
    {"cgroup/dev", false, kEntry, "cgroup"},
    {"struct_ops", true, kNotByUs, kStructOps},
    {"struct_ops.s", true, kNotByUs, kStructOps, 3},
    {"sk_lookup", false, kNotByUs, kNamespace},
    {"netfilter", false, kNotByUs, kNetfilter, 3, kInsteadOfNetfilter},
};

}  // namespace

std::span<const SectionInfo> Sections() { return kSections; }

const SectionInfo* FindSection(std::string_view section) {
  const auto is_it = [&](const SectionInfo& row) {
    if (section == row.name) return true;
    return row.with_target && section.starts_with(row.name) && section[row.name.size()] == '/';
  };
  const auto* found = std::find_if(std::begin(kSections), std::end(kSections), is_it);
  return found == std::end(kSections) ? nullptr : found;
}

}  // namespace bpf_exporter::object
