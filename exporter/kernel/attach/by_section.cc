// SPDX-License-Identifier: Apache-2.0
// Tests: attach_test.cc
#include "kernel/attach/by_section.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/attach/remedy.h"
#include "plan/attach_points.h"
#include "plan/perf_event_section.h"
#include "plan/place.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::kernel {
namespace {

// The kind that explains an error; nothing for those whose section cannot say where to attach.
std::optional<config::ProbeKind> KindOf(std::string_view section) {
  const std::optional<config::ProbeKind> kind = plan::KindOfSection(section);
  plan::Place place;
  place.kind = kind;
  return plan::IsOnInterface(place) ? std::nullopt : kind;
}

}  // namespace

Result<Attachment> AttachBySection(const bpf_program* program) {
  const std::string section = bpf_program__section_name(program);
  const auto never_runs = [&] {
    return Error(fmt::format("section '{}'", section), "it would never run", EOPNOTSUPP);
  };
  const auto event = plan::ParsePerfEventSection(section);
  if (event && !event->ok()) return event->error();
  // libbpf makes links to some of these, such as iterators, which then wait for somebody else.
  if (const std::string why = plan::WhyNeverRuns(section); !why.empty()) {
    Error error = never_runs();
    error.AddRemedy(why);
    return error;
  }
  if (event) {
    Result<PerfEvents> events = PerfEvents::Attach(program, event->value());
    if (!events) return events.error();
    return Attachment(std::move(*events));
  }
  const std::optional<config::ProbeKind> kind = KindOf(section);
  if (kind && !RunsWhatItAttaches(*kind)) return WithRemedy(*kind, never_runs());
  LinkPtr link(bpf_program__attach(program));
  if (link != nullptr) return Attachment(std::move(link));
  const int code = errno;
  // libbpf's answer for sections that do not say where to attach.
  if (code == EOPNOTSUPP && (!kind || section.find('/') == std::string::npos)) {
    return Error{fmt::format("section '{}' needs an entry under probes:", section), code};
  }
  Error error(fmt::format("section '{}'", section), CauseText(code), code);
  if (section.starts_with("kprobe/") || section.starts_with("kretprobe/")) {
    const std::string target = section.substr(section.find('/') + 1);
    return WithFunctions(*kind, std::move(error), {target.substr(0, target.find('+'))});
  }
  return kind ? WithRemedy(*kind, std::move(error)) : error;
}

}  // namespace bpf_exporter::kernel
