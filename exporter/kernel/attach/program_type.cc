// SPDX-License-Identifier: Apache-2.0
#include "kernel/attach/program_type.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "kernel/attach/section.h"
#include "kernel/kernel_facts.h"
#include "object/libbpf_log.h"

namespace bpf_exporter::kernel {
namespace {

struct Kind {
  config::ProbeKind kind;
  std::string_view name;
  std::vector<bpf_prog_type> types;  // the first is given to a program without one
  bpf_attach_type attach;            // … together with this
};

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds = {
      {config::ProbeKind::kTracepoint, "tracepoint", {BPF_PROG_TYPE_TRACEPOINT}, {}},
      {config::ProbeKind::kRawTracepoint,
       "raw_tracepoint",
       {BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, BPF_PROG_TYPE_TRACING},
       {}},
      {config::ProbeKind::kKprobe, "kprobe", {BPF_PROG_TYPE_KPROBE}, {}},
      {config::ProbeKind::kKretprobe, "kretprobe", {BPF_PROG_TYPE_KPROBE}, {}},
      {config::ProbeKind::kFentry, "fentry", {BPF_PROG_TYPE_TRACING}, BPF_TRACE_FENTRY},
      {config::ProbeKind::kFexit, "fexit", {BPF_PROG_TYPE_TRACING}, BPF_TRACE_FEXIT},
      {config::ProbeKind::kLsm, "lsm", {BPF_PROG_TYPE_LSM}, BPF_LSM_MAC},
      {config::ProbeKind::kUprobe, "uprobe", {BPF_PROG_TYPE_KPROBE}, {}},
      {config::ProbeKind::kUretprobe, "uretprobe", {BPF_PROG_TYPE_KPROBE}, {}},
      {config::ProbeKind::kUsdt, "usdt", {BPF_PROG_TYPE_KPROBE}, {}},
      {config::ProbeKind::kPerfEvent, "perf_event", {BPF_PROG_TYPE_PERF_EVENT}, {}},
      {config::ProbeKind::kXdp, "xdp", {BPF_PROG_TYPE_XDP}, BPF_XDP},
      {config::ProbeKind::kTc, "tc", {BPF_PROG_TYPE_SCHED_CLS}, {}},
      {config::ProbeKind::kSocketFilter, "socket_filter", {BPF_PROG_TYPE_SOCKET_FILTER}, {}},
      {config::ProbeKind::kCgroup,
       "cgroup",
       {BPF_PROG_TYPE_CGROUP_SKB, BPF_PROG_TYPE_CGROUP_SOCK, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
        BPF_PROG_TYPE_SOCK_OPS, BPF_PROG_TYPE_CGROUP_DEVICE, BPF_PROG_TYPE_CGROUP_SYSCTL,
        BPF_PROG_TYPE_CGROUP_SOCKOPT},
       {}},
  };
  return kinds;
}

const Kind& KindOf(config::ProbeKind kind) {
  for (const Kind& known : Kinds()) {
    if (known.kind == kind) return known;
  }
  return Kinds().front();
}

bool IsTraced(const bpf_program* program) {
  const bpf_prog_type type = bpf_program__type(program);
  return type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM;
}

// Whether a program of its type can attach as that kind.
Status CheckKind(const bpf_program* program, const Kind& kind) {
  const bpf_prog_type type = bpf_program__type(program);
  const char* section = bpf_program__section_name(program);
  if (std::find(kind.types.begin(), kind.types.end(), type) == kind.types.end()) {
    const char* name = libbpf_bpf_prog_type_str(type);
    return Error{fmt::format("section '{}' makes it a {} program, which cannot attach as {}",
                             section, name == nullptr ? "strange" : name, kind.name),
                 EINVAL};
  }
  const bpf_attach_type wanted =
      kind.kind == config::ProbeKind::kRawTracepoint ? BPF_TRACE_RAW_TP : kind.attach;
  if (IsTraced(program) && bpf_program__expected_attach_type(program) != wanted) {
    return Error{fmt::format("section '{}' cannot attach as {}", section, kind.name), EINVAL};
  }
  return {};
}

Status SetTarget(bpf_program* program, const config::ProbeSpec& probe, const Kind& kind) {
  std::string names;
  object::LibbpfLog log;
  int error = EINVAL;
  for (const config::Text& target : probe.targets) {
    if (bpf_program__set_attach_target(program, 0, target.value.c_str()) == 0) return {};
    error = errno;
    names += (names.empty() ? "" : ", ") + target.value;
  }
  if (error == ESRCH || error == ENOENT) {
    const KernelFacts facts = ReadKernelFacts();
    if (!facts.btf) {
      return Error{fmt::format("{}: this kernel has no BTF in /sys/kernel/btf/vmlinux "
                               "(CONFIG_DEBUG_INFO_BTF)",
                               kind.name),
                   error};
    }
    return Error{fmt::format("{}: kernel {} has no {}", kind.name, facts.release, names), error};
  }
  return ErrnoError(fmt::format("{} {}", kind.name, names), error);
}

bool SameTexts(const std::vector<config::Text>& a, const std::vector<config::Text>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const config::Text& x, const config::Text& y) { return x.value == y.value; });
}

bool SamePlace(const config::ProbeSpec& a, const config::ProbeSpec& b) {
  return a.kind == b.kind && a.pid == b.pid && a.frequency == b.frequency &&
         SameTexts(a.targets, b.targets) &&
         SameTexts(
             {a.interface, a.direction, a.path, a.type, a.event, a.binary, a.provider, a.symbol},
             {b.interface, b.direction, b.path, b.type, b.event, b.binary, b.provider, b.symbol});
}

// "ingress", "egress", or as sections ("cgroup/sock_create") and bpftool ("cgroup_inet_ingress")
// call it.
Status SetCgroupType(bpf_program* program, const config::ProbeSpec& probe) {
  const std::string& name = probe.type.value;
  if (name.empty()) return {};
  bpf_attach_type attach{};
  const auto set = [&] {
    bpf_program__set_expected_attach_type(program, attach);
    return Status{};
  };
  for (const char* form : {"{}", "cgroup_skb/{}", "cgroup/{}"}) {
    if (libbpf_attach_type_by_name(fmt::format(fmt::runtime(form), name).c_str(), &attach) == 0) {
      return set();
    }
  }
  for (int type = 0; libbpf_bpf_attach_type_str(static_cast<bpf_attach_type>(type)) != nullptr;
       ++type) {
    attach = static_cast<bpf_attach_type>(type);
    if (name == libbpf_bpf_attach_type_str(attach)) return set();
  }
  return Error{fmt::format("cgroup: unknown attach type '{}'", name), EINVAL};
}

}  // namespace

std::string_view ProbeKindName(config::ProbeKind kind) { return KindOf(kind).name; }

std::vector<config::ProbeSpec> ProbesOf(const config::Config& config, const std::string& program) {
  std::vector<config::ProbeSpec> probes;
  for (const config::ProbeSpec& probe : config.probes) {
    if (probe.program.value != program) continue;
    if (std::none_of(probes.begin(), probes.end(),
                     [&](const config::ProbeSpec& known) { return SamePlace(known, probe); })) {
      probes.push_back(probe);
    }
  }
  return probes;
}

Status PrepareProgram(bpf_program* program, const std::vector<config::ProbeSpec>& probes) {
  const std::string_view section = bpf_program__section_name(program);
  const bool untyped = bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC;
  if (untyped && !XdpSectionInterface(section).empty()) {
    bpf_program__set_type(program, BPF_PROG_TYPE_XDP);
    bpf_program__set_expected_attach_type(program, BPF_XDP);
  } else if (untyped && ParsePerfEventSection(section)) {
    bpf_program__set_type(program, BPF_PROG_TYPE_PERF_EVENT);
  } else if (untyped && !probes.empty()) {
    const Kind& kind = KindOf(probes.front().kind);
    bpf_program__set_type(program, kind.types.front());
    bpf_program__set_expected_attach_type(program, kind.attach);
  }
  for (const config::ProbeSpec& probe : probes) {
    if (Status fits = CheckKind(program, KindOf(probe.kind)); !fits) return fits;
  }
  if (probes.empty()) return {};

  const config::ProbeSpec& probe = probes.front();
  if (probe.kind == config::ProbeKind::kCgroup) {
    for (const config::ProbeSpec& other : probes) {
      if (other.type.value != probe.type.value) {
        return Error{"cgroup: a program has one type; use a program for each", EINVAL};
      }
    }
    return SetCgroupType(program, probe);
  }
  if (!IsTraced(program)) return {};
  // The kernel ties such a program to one function when it loads it.
  if (probes.size() > 1) {
    return Error{fmt::format("{}: a program attaches to one function; use a program for each",
                             ProbeKindName(probe.kind)),
                 EINVAL};
  }
  return SetTarget(program, probe, KindOf(probe.kind));
}

}  // namespace bpf_exporter::kernel
