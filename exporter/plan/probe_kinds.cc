// SPDX-License-Identifier: Apache-2.0
#include "plan/probe_kinds.h"

#include <algorithm>
#include <array>

namespace bpf_exporter::plan {
namespace {

using Section = std::string_view;
using config::ProbeKind;

constexpr Section kTracepoint[] = {"tracepoint", "tp"};
constexpr Section kRawTracepoint[] = {"raw_tp", "raw_tracepoint", "tp_btf"};
constexpr Section kKprobe[] = {"kprobe", "kprobe.multi", "kprobe.session", "ksyscall"};
constexpr Section kKretprobe[] = {"kretprobe", "kretprobe.multi", "kretsyscall"};
constexpr Section kFentry[] = {"fentry"};
constexpr Section kFexit[] = {"fexit"};
constexpr Section kLsm[] = {"lsm"};
constexpr Section kUprobe[] = {"uprobe", "uprobe.multi", "uprobe.session"};
constexpr Section kUretprobe[] = {"uretprobe", "uretprobe.multi"};
constexpr Section kUsdt[] = {"usdt"};
constexpr Section kPerfEvent[] = {"perf_event"};
constexpr Section kXdp[] = {"xdp"};
constexpr Section kTc[] = {"tc"};
constexpr Section kSocketFilter[] = {"socket"};
constexpr Section kCgroup[] = {"cgroup_skb/ingress"};  // one of many

constexpr bpf_prog_type kProbeTypes[] = {BPF_PROG_TYPE_KPROBE};
constexpr bpf_prog_type kTracepointTypes[] = {BPF_PROG_TYPE_TRACEPOINT};
constexpr bpf_prog_type kRawTracepointTypes[] = {
    BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, BPF_PROG_TYPE_TRACING};
constexpr bpf_prog_type kTracingTypes[] = {BPF_PROG_TYPE_TRACING};
constexpr bpf_prog_type kLsmTypes[] = {BPF_PROG_TYPE_LSM};
constexpr bpf_prog_type kPerfEventTypes[] = {BPF_PROG_TYPE_PERF_EVENT};
constexpr bpf_prog_type kXdpTypes[] = {BPF_PROG_TYPE_XDP};
constexpr bpf_prog_type kTcTypes[] = {BPF_PROG_TYPE_SCHED_CLS};
constexpr bpf_prog_type kSocketFilterTypes[] = {BPF_PROG_TYPE_SOCKET_FILTER};
constexpr bpf_prog_type kCgroupTypes[] = {
    BPF_PROG_TYPE_CGROUP_SKB,     BPF_PROG_TYPE_CGROUP_SOCK,   BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
    BPF_PROG_TYPE_SOCK_OPS,       BPF_PROG_TYPE_CGROUP_DEVICE, BPF_PROG_TYPE_CGROUP_SYSCTL,
    BPF_PROG_TYPE_CGROUP_SOCKOPT,
};

constexpr std::array kTable = {
    ProbeKindInfo{ProbeKind::kTracepoint, "tracepoint", kTracepoint, kTracepointTypes},
    ProbeKindInfo{ProbeKind::kRawTracepoint, "raw_tracepoint", kRawTracepoint, kRawTracepointTypes},
    ProbeKindInfo{ProbeKind::kKprobe, "kprobe", kKprobe, kProbeTypes},
    ProbeKindInfo{ProbeKind::kKretprobe, "kretprobe", kKretprobe, kProbeTypes},
    ProbeKindInfo{ProbeKind::kFentry, "fentry", kFentry, kTracingTypes, BPF_TRACE_FENTRY},
    ProbeKindInfo{ProbeKind::kFexit, "fexit", kFexit, kTracingTypes, BPF_TRACE_FEXIT},
    ProbeKindInfo{ProbeKind::kLsm, "lsm", kLsm, kLsmTypes, BPF_LSM_MAC},
    ProbeKindInfo{ProbeKind::kUprobe, "uprobe", kUprobe, kProbeTypes},
    ProbeKindInfo{ProbeKind::kUretprobe, "uretprobe", kUretprobe, kProbeTypes},
    ProbeKindInfo{ProbeKind::kUsdt, "usdt", kUsdt, kProbeTypes},
    ProbeKindInfo{ProbeKind::kPerfEvent, "perf_event", kPerfEvent, kPerfEventTypes},
    ProbeKindInfo{ProbeKind::kXdp, "xdp", kXdp, kXdpTypes, BPF_XDP},
    ProbeKindInfo{ProbeKind::kTc, "tc", kTc, kTcTypes},
    ProbeKindInfo{ProbeKind::kSocketFilter, "socket_filter", kSocketFilter, kSocketFilterTypes},
    ProbeKindInfo{ProbeKind::kCgroup, "cgroup", kCgroup, kCgroupTypes},
};

constexpr bool InOrder() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (kTable[i].kind != static_cast<ProbeKind>(i)) return false;
  }
  return true;
}
static_assert(InOrder());

}  // namespace

std::span<const ProbeKindInfo> ProbeKinds() { return kTable; }

const ProbeKindInfo& InfoOf(config::ProbeKind kind) {
  return kTable[static_cast<std::size_t>(kind)];
}

std::optional<config::ProbeKind> KindOfSection(std::string_view section) {
  std::string_view word = section.substr(0, section.find('/'));
  if (word.ends_with(".s")) word.remove_suffix(2);
  {  // a program that may sleep
    for (const ProbeKindInfo& info : kTable) {
      if (std::find(info.sections.begin(), info.sections.end(), word) != info.sections.end()) {
        return info.kind;
      }
    }
  }
  return std::nullopt;
}

std::string_view InterfaceOfXdpSection(std::string_view section) {
  constexpr std::string_view kPrefix = "xdp/";
  if (!section.starts_with(kPrefix)) return {};
  const std::string_view name = section.substr(kPrefix.size());
  return name == "devmap" || name == "cpumap" ? std::string_view() : name;
}

std::string_view BinaryOfSection(std::string_view section) {
  for (const std::string_view start :
       {"uprobe/", "uprobe.s/", "uretprobe/", "uretprobe.s/", "usdt/", "usdt.s/"}) {
    if (!section.starts_with(start)) continue;
    const std::string_view binary = section.substr(start.size(), section.find(':') - start.size());
    return binary.find_first_of("*?[") == std::string_view::npos ? binary : std::string_view();
  }
  return {};
}

bool IsPerfEventSection(std::string_view section) { return section.starts_with("perf_event/"); }

bool IsTiedToOneTarget(std::uint32_t type) {
  return type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM;
}

}  // namespace bpf_exporter::plan
