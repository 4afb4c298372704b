#include "kernel/program_type.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <vector>

#include "kernel/kernel_facts.h"
#include "kernel/libbpf_log.h"

namespace bpf_exporter {
namespace {

constexpr std::string_view kPerfEvent = "perf_event/";
constexpr std::string_view kXdp = "xdp/";

struct Kind {
  ProbeKind kind;
  std::string_view name;
  std::vector<bpf_prog_type> types;  // the first is given to a program without one
  bpf_attach_type attach;            // … together with this
};

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds = {
      {ProbeKind::kTracepoint, "tracepoint", {BPF_PROG_TYPE_TRACEPOINT}, {}},
      {ProbeKind::kRawTracepoint,
       "raw_tracepoint",
       {BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, BPF_PROG_TYPE_TRACING},
       {}},
      {ProbeKind::kKprobe, "kprobe", {BPF_PROG_TYPE_KPROBE}, {}},
      {ProbeKind::kKretprobe, "kretprobe", {BPF_PROG_TYPE_KPROBE}, {}},
      {ProbeKind::kFentry, "fentry", {BPF_PROG_TYPE_TRACING}, BPF_TRACE_FENTRY},
      {ProbeKind::kFexit, "fexit", {BPF_PROG_TYPE_TRACING}, BPF_TRACE_FEXIT},
      {ProbeKind::kLsm, "lsm", {BPF_PROG_TYPE_LSM}, BPF_LSM_MAC},
      {ProbeKind::kUprobe, "uprobe", {BPF_PROG_TYPE_KPROBE}, {}},
      {ProbeKind::kUretprobe, "uretprobe", {BPF_PROG_TYPE_KPROBE}, {}},
      {ProbeKind::kUsdt, "usdt", {BPF_PROG_TYPE_KPROBE}, {}},
      {ProbeKind::kPerfEvent, "perf_event", {BPF_PROG_TYPE_PERF_EVENT}, {}},
      {ProbeKind::kXdp, "xdp", {BPF_PROG_TYPE_XDP}, BPF_XDP},
      {ProbeKind::kTc, "tc", {BPF_PROG_TYPE_SCHED_CLS}, {}},
      {ProbeKind::kSocketFilter, "socket_filter", {BPF_PROG_TYPE_SOCKET_FILTER}, {}},
      {ProbeKind::kCgroup,
       "cgroup",
       {BPF_PROG_TYPE_CGROUP_SKB, BPF_PROG_TYPE_CGROUP_SOCK, BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
        BPF_PROG_TYPE_SOCK_OPS, BPF_PROG_TYPE_CGROUP_DEVICE, BPF_PROG_TYPE_CGROUP_SYSCTL,
        BPF_PROG_TYPE_CGROUP_SOCKOPT},
       {}},
  };
  return kinds;
}

const Kind& KindOf(ProbeKind kind) {
  for (const Kind& known : Kinds())
    if (known.kind == kind) return known;
  return Kinds().front();
}

bool Number(std::string_view text, std::uint64_t& number) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && at == end;
}

// Programs that the kernel ties to a function when it loads them.
Status SetTarget(bpf_program* program, const ProbeSpec& probe, const Kind& kind) {
  std::string names;
  LibbpfLog log;
  int error = EINVAL;
  for (const Text& target : probe.targets) {
    if (bpf_program__set_attach_target(program, 0, target.value.c_str()) == 0) return {};
    error = errno;
    names += (names.empty() ? "" : ", ") + target.value;
  }
  if (error == ESRCH || error == ENOENT) {
    const KernelFacts facts = ReadKernelFacts();
    if (!facts.btf)
      return Error{fmt::format("{}: this kernel has no BTF in /sys/kernel/btf/vmlinux "
                               "(CONFIG_DEBUG_INFO_BTF)",
                               kind.name),
                   error};
    return Error{fmt::format("{}: kernel {} has no {}", kind.name, facts.release, names), error};
  }
  return ErrnoError(fmt::format("{} {}", kind.name, names), error);
}

// "ingress", "egress", or as sections ("cgroup/sock_create") and bpftool ("cgroup_inet_ingress")
// call it.
Status SetCgroupType(bpf_program* program, const ProbeSpec& probe) {
  const std::string& name = probe.type.value;
  if (name.empty()) return {};
  bpf_attach_type attach{};
  const auto set = [&] {
    bpf_program__set_expected_attach_type(program, attach);
    return Status{};
  };
  for (const char* form : {"{}", "cgroup_skb/{}", "cgroup/{}"})
    if (libbpf_attach_type_by_name(fmt::format(fmt::runtime(form), name).c_str(), &attach) == 0)
      return set();
  for (int type = 0; libbpf_bpf_attach_type_str(static_cast<bpf_attach_type>(type)) != nullptr;
       ++type) {
    attach = static_cast<bpf_attach_type>(type);
    if (name == libbpf_bpf_attach_type_str(attach)) return set();
  }
  return Error{fmt::format("cgroup: unknown attach type '{}'", name), EINVAL};
}

}  // namespace

std::string_view ProbeKindName(ProbeKind kind) { return KindOf(kind).name; }

std::optional<Result<PerfEventSection>> ParsePerfEventSection(std::string_view section) {
  if (!section.starts_with(kPerfEvent)) return std::nullopt;
  const auto wrong = [&](std::string_view why) {
    return Result<PerfEventSection>(Error{fmt::format(
        "section '{}': {}; it reads perf_event/type=T,config=C[,frequency=F]", section, why)});
  };
  PerfEventSection event;
  bool type = false, config = false, frequency = false;
  std::string_view rest = section.substr(kPerfEvent.size());
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view pair = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    std::uint64_t number = 0;
    if (equals == std::string_view::npos || !Number(pair.substr(equals + 1), number))
      return wrong(fmt::format("'{}' is not KEY=NUMBER", pair));
    const std::string_view key = pair.substr(0, equals);
    bool* seen = key == "type"        ? &type
                 : key == "config"    ? &config
                 : key == "frequency" ? &frequency
                                      : nullptr;
    if (seen == nullptr) return wrong(fmt::format("unknown key '{}'", key));
    if (*seen) return wrong(fmt::format("'{}' is given twice", key));
    *seen = true;
    if (seen == &type && number > UINT32_MAX) return wrong("the type is too large");
    if (seen == &type) event.type = static_cast<std::uint32_t>(number);
    if (seen == &config) event.config = number;
    if (seen == &frequency) event.frequency = number;
  }
  if (!type || !config) return wrong("type and config are needed");
  return Result<PerfEventSection>(event);
}

std::string_view XdpSectionInterface(std::string_view section) {
  if (!section.starts_with(kXdp)) return {};
  const std::string_view name = section.substr(kXdp.size());
  if (name == "devmap" || name == "cpumap") return {};
  return name;
}

Status PrepareProgram(bpf_program* program, const ProbeSpec* probe) {
  const std::string_view section = bpf_program__section_name(program);
  const bool untyped = bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC;
  if (untyped && !XdpSectionInterface(section).empty()) {
    bpf_program__set_type(program, BPF_PROG_TYPE_XDP);
    bpf_program__set_expected_attach_type(program, BPF_XDP);
  } else if (untyped && section.starts_with(kPerfEvent)) {
    bpf_program__set_type(program, BPF_PROG_TYPE_PERF_EVENT);
  } else if (untyped && probe != nullptr) {
    const Kind& kind = KindOf(probe->kind);
    bpf_program__set_type(program, kind.types.front());
    if (kind.attach != bpf_attach_type{})
      bpf_program__set_expected_attach_type(program, kind.attach);
  }
  if (probe == nullptr) return {};

  const Kind& kind = KindOf(probe->kind);
  const bpf_prog_type type = bpf_program__type(program);
  if (std::find(kind.types.begin(), kind.types.end(), type) == kind.types.end()) {
    const char* name = libbpf_bpf_prog_type_str(type);
    return Error{fmt::format("section '{}' makes it a {} program, which cannot attach as {}",
                             section, name == nullptr ? "strange" : name, kind.name),
                 EINVAL};
  }
  if (probe->kind == ProbeKind::kCgroup) return SetCgroupType(program, *probe);
  const bool traced = type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM;
  if (!traced) return {};
  const bpf_attach_type attach = bpf_program__expected_attach_type(program);
  const bpf_attach_type wanted =
      probe->kind == ProbeKind::kRawTracepoint ? BPF_TRACE_RAW_TP : kind.attach;
  if (attach != wanted)
    return Error{fmt::format("section '{}' cannot attach as {}", section, kind.name), EINVAL};
  return SetTarget(program, *probe, kind);
}

}  // namespace bpf_exporter
