// SPDX-License-Identifier: Apache-2.0
// Tests: counted_twice_test.cc
#include "plan/kernel_events.h"

#include <optional>

#include "plan/probe_kinds.h"

namespace bpf_exporter::plan {
namespace {

using config::ProbeKind;

// Returns the event that a target of that kind is; nothing if it is none that two kinds share.
std::optional<std::string> EventOf(ProbeKind kind, std::string_view target) {
  if (target.empty() || target.find_first_of("*?+") != std::string_view::npos) return std::nullopt;
  switch (kind) {
    case ProbeKind::kTracepoint:
      target = target.substr(target.find('/') + 1);
      [[fallthrough]];
    case ProbeKind::kRawTracepoint:
      return "tracepoint " + std::string(target);
    case ProbeKind::kKprobe:
    case ProbeKind::kFentry:
      return "entry of " + std::string(target);
    case ProbeKind::kKretprobe:
    case ProbeKind::kFexit:
      return "return of " + std::string(target);
    default:
      return std::nullopt;
  }
}

// Returns how a section attaches, without what makes no difference to what is counted.
std::string ByOfSection(std::string_view section) {
  std::string_view word = section.substr(0, section.find('/'));
  if (word == "tp") return "tracepoint";
  for (const std::string_view end : {".s", ".w"}) {
    if (word.ends_with(end)) word.remove_suffix(end.size());
  }
  return std::string(word == "raw_tracepoint" ? "raw_tp" : word);
}

std::string ByOfEntry(const ProgramPlan& program, ProbeKind kind) {
  if (kind != ProbeKind::kRawTracepoint) return std::string(InfoOf(kind).key);
  return program.type == BPF_PROG_TYPE_TRACING ? "tp_btf" : "raw_tp";
}

}  // namespace

std::vector<KernelEvent> EventsAt(const ProgramPlan& program, const Place& place) {
  std::vector<KernelEvent> events;
  if (place.kind && !place.of_section) {
    for (const std::string& target : place.targets) {
      if (auto event = EventOf(*place.kind, target)) {
        events.push_back({*std::move(event), ByOfEntry(program, *place.kind)});
      }
    }
    return events;
  }
  const std::string_view section = program.section;
  const std::optional<ProbeKind> kind = KindOfSection(section);
  const std::size_t slash = section.find('/');
  if (!kind || slash == std::string_view::npos) return events;
  // ksyscall/NAME is a system call, whose function has another name.
  if (section.starts_with("ksyscall") || section.starts_with("kretsyscall")) return events;
  if (auto event = EventOf(*kind, section.substr(slash + 1))) {
    events.push_back({*std::move(event), ByOfSection(section)});
  }
  return events;
}

int RankOf(std::string_view by) {
  if (by == "tp_btf" || by == "fentry" || by == "fexit") return 0;
  if (by == "raw_tp") return 1;
  return by == "tracepoint" ? 2 : 3;
}

}  // namespace bpf_exporter::plan
