// SPDX-License-Identifier: Apache-2.0
#include "plan/attach_points.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/text.h"

namespace bpf_exporter::plan {
namespace {

// What libbpf 1.2 to 1.6 added; cgroup/…_unix is beside them.
constexpr std::string_view kNewerSections[] = {
    "tcx/",           "netkit/",         "netfilter",      "usdt.s",
    "uprobe.multi",   "uretprobe.multi", "uprobe.session", "kprobe.session",
    "sk_skb/verdict", "struct_ops.s"};

bool HasEntry(const object::ProgramLayout& program, const config::Config& config) {
  return std::any_of(
      config.probes.begin(), config.probes.end(),
      [&](const config::ProbeSpec& probe) { return probe.program.value == program.name; });
}

}  // namespace

bool SectionAttaches(const object::ProgramLayout& program) {
  const std::string_view section = program.section;
  switch (program.type) {
    case BPF_PROG_TYPE_UNSPEC:
      return section.starts_with("perf_event/") || section.starts_with("xdp/");
    case BPF_PROG_TYPE_KPROBE:
    case BPF_PROG_TYPE_TRACEPOINT:
    case BPF_PROG_TYPE_RAW_TRACEPOINT:
    case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
    case BPF_PROG_TYPE_TRACING:
    case BPF_PROG_TYPE_LSM:
    case BPF_PROG_TYPE_EXT:
      return section.find('/') != std::string_view::npos;
    default:
      return false;
  }
}

bool IsOfNewerLibbpf(std::string_view section) {
  if (section.starts_with("cgroup/") && section.ends_with("_unix")) return true;
  return std::any_of(std::begin(kNewerSections), std::end(kNewerSections),
                     [&](std::string_view newer) { return section.starts_with(newer); });
}

void CheckAttachPoints(const Scope& scope) {
  for (const object::ProgramLayout& program : scope.object.programs) {
    if (!program.autoload || HasEntry(program, scope.config)) continue;
    if (SectionAttaches(program)) continue;
    const std::string subject =
        fmt::format("{}: program {} (section {})", ObjectSubject(scope.object),
                    Quoted(program.name), Quoted(program.section));
    if (program.type == BPF_PROG_TYPE_UNSPEC && IsOfNewerLibbpf(program.section)) {
      scope.diagnostics.Warning(
          scope.config.object.at,
          fmt::format("{} will not run: only newer libbpf knows its section, and it has no entry "
                      "under probes:",
                      subject));
    } else if (program.type == BPF_PROG_TYPE_UNSPEC) {
      scope.diagnostics.Error(
          scope.config.object.at,
          fmt::format("{} is of no type that libbpf knows; an entry under probes: can give it one",
                      subject));
    } else if (!program.tail_called) {
      scope.diagnostics.Warning(
          scope.config.object.at,
          fmt::format("{} will not run: its section does not say where to attach it, and it has no "
                      "entry under probes:",
                      subject));
    }
  }
}

}  // namespace bpf_exporter::plan
