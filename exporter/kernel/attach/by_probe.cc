// SPDX-License-Identifier: Apache-2.0
// Tests: attach_test.cc
#include "kernel/attach/by_probe.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/attach/by_pattern.h"
#include "kernel/attach/multi_link.h"
#include "kernel/attach/network.h"
#include "kernel/attach/remedy.h"
#include "object/binary_functions.h"
#include "plan/perf_event_names.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::kernel {
namespace {

constexpr pid_t kAllProcesses = -1;

std::string_view KeyOf(const plan::Place& place) { return plan::InfoOf(*place.kind).key; }

Error NotAttached(const plan::Place& place, std::string_view target, int code) {
  return Error(fmt::format("{} '{}'", KeyOf(place), target), CauseText(code), code);
}

Error Failed(const plan::Place& place, std::string_view target, int code) {
  return WithRemedy(*place.kind, NotAttached(place, target, code));
}

// A target of the place as messages name it: with the binary that it is in.
std::string TargetName(const plan::Place& place, const std::string& target) {
  std::string name;
  for (const std::string& part : {place.binary, place.provider}) {
    if (!part.empty()) name += part + ":";
  }
  return name + target;
}

// Calls `attach(target)`, which returns a link or null and errno, until one works; `explain(error)`
// completes the error of the last.
template <typename Explain, typename Function>
Result<Attachment> FirstTarget(const plan::Place& place, Explain explain, Function attach) {
  std::string tried;
  int code = EINVAL;
  for (const std::string& target : place.targets) {
    LinkPtr link(attach(target));
    if (link != nullptr) return Attachment(std::move(link));
    code = errno;
    tried.append(tried.empty() ? "" : "', '").append(TargetName(place, target));
  }
  return explain(NotAttached(place, tried, code));
}

template <typename Function>
Result<Attachment> FirstTarget(const plan::Place& place, Function attach) {
  const auto explain = [&](Error error) { return WithRemedy(*place.kind, std::move(error)); };
  return FirstTarget(place, explain, attach);
}

bpf_link* AttachTracepoint(const bpf_program* program, const std::string& target) {
  const std::size_t slash = target.find('/');
  if (slash == std::string::npos) {
    errno = EINVAL;
    return nullptr;
  }
  return bpf_program__attach_tracepoint(program, target.substr(0, slash).c_str(),
                                        target.substr(slash + 1).c_str());
}

// "function", "function+0x10", or an offset alone ("0x1234", in a user program's file).
struct Symbol {
  std::string function;
  std::size_t offset = 0;
};

// Returns nothing if the text is neither.
std::optional<Symbol> ParseSymbol(std::string_view text) {
  Symbol symbol;
  const std::size_t plus = text.rfind('+');
  std::string_view number;
  if (plus != std::string_view::npos) {
    symbol.function = text.substr(0, plus);
    number = text.substr(plus + 1);
  } else if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    number = text;
  } else {
    symbol.function = text;
    return symbol;
  }
  const bool hex = number.starts_with("0x");
  if (hex) number.remove_prefix(2);
  const char* end = number.data() + number.size();
  const auto [at, error] = std::from_chars(number.data(), end, symbol.offset, hex ? 16 : 10);
  if (error != std::errc() || at != end) return std::nullopt;
  return symbol;
}

Result<Attachment> AttachKprobe(const bpf_program* program, const plan::Place& place) {
  const bool at_return = place.kind == config::ProbeKind::kKretprobe;
  for (const std::string& target : place.targets) {
    const std::optional<Symbol> symbol = ParseSymbol(target);
    if (!symbol || symbol->function.empty() || (at_return && symbol->offset != 0)) {
      return Error{fmt::format("{} '{}': the target reads FUNCTION{}", KeyOf(place), target,
                               at_return ? "" : " or FUNCTION+OFFSET"),
                   EINVAL};
    }
  }
  std::vector<std::string> functions;
  for (const std::string& target : place.targets) {
    functions.push_back(ParseSymbol(target).value_or(Symbol()).function);
  }
  const auto failed = [&](Error error) {
    return WithFunctions(*place.kind, std::move(error), functions);
  };
  return FirstTarget(place, failed, [&](const std::string& target) {
    const Symbol symbol = ParseSymbol(target).value_or(Symbol());
    LIBBPF_OPTS(bpf_kprobe_opts, options);
    options.retprobe = at_return;
    options.offset = symbol.offset;
    return bpf_program__attach_kprobe_opts(program, symbol.function.c_str(), &options);
  });
}

// Adds what the section has to do with it: since 1.3 libbpf loads programs of SEC("usdt") for links
// of another kind than those of uprobes, if the kernel has them (6.6).
Error WithSection(Error error, const bpf_program* program, const plan::Place& place) {
  const bool is_static =
      plan::KindOfSection(bpf_program__section_name(program)) == config::ProbeKind::kUsdt;
  if (error.code == EINVAL && is_static != (place.kind == config::ProbeKind::kUsdt)) {
    error.AddRemedy(fmt::format("with libbpf {} the program needs SEC(\"{}\")",
                                libbpf_version_string(),
                                plan::InfoOf(*place.kind).sections.front()));
  }
  return error;
}

Result<Attachment> AttachUprobe(const bpf_program* program, const plan::Place& place) {
  for (const std::string& target : place.targets) {
    if (ParseSymbol(target)) continue;
    return Error{fmt::format("{} '{}': the symbol reads FUNCTION, FUNCTION+OFFSET or OFFSET",
                             KeyOf(place), TargetName(place, target)),
                 EINVAL};
  }
  for (const std::string& target : place.targets) {
    const Symbol symbol = ParseSymbol(target).value_or(Symbol());
    // The kernel takes any offset, and would wait for a process that runs what is there.
    if (symbol.function.empty() && object::IsCode(place.binary, symbol.offset) == false) {
      return Error{fmt::format("{} '{}'", KeyOf(place), TargetName(place, target)),
                   "it would never run; no process runs what is at that offset of the file",
                   EINVAL};
    }
  }
  Result<Attachment> attached = FirstTarget(place, [&](const std::string& target) {
    const Symbol symbol = ParseSymbol(target).value_or(Symbol());
    LIBBPF_OPTS(bpf_uprobe_opts, options);
    options.retprobe = place.kind == config::ProbeKind::kUretprobe;
    if (!symbol.function.empty()) options.func_name = symbol.function.c_str();
    return bpf_program__attach_uprobe_opts(program, place.pid.value_or(kAllProcesses),
                                           place.binary.c_str(), symbol.offset, &options);
  });
  if (attached.ok()) return attached;
  return WithSection(attached.error(), program, place);
}

Result<Attachment> AttachUsdt(const bpf_program* program, const plan::Place& place) {
  Result<Attachment> attached = FirstTarget(place, [&](const std::string& target) {
    return bpf_program__attach_usdt(program, place.pid.value_or(kAllProcesses),
                                    place.binary.c_str(), place.provider.c_str(), target.c_str(),
                                    nullptr);
  });
  if (attached.ok()) return attached;
  Error error = attached.error();
  // libbpf says nothing of it.
  if (error.code == ENOENT && access(place.binary.c_str(), R_OK) == 0) {
    error.AddRemedy("the binary has no such static tracepoint");
  }
  return WithSection(std::move(error), program, place);
}

Result<Attachment> AttachPerfEvents(const bpf_program* program, const plan::Place& place) {
  std::optional<plan::PerfEvent> event = plan::PerfEventByName(place.target());
  if (!event || !place.frequency) return Error{"perf_event: not in the plan"};
  event->frequency = *place.frequency;
  Result<PerfEvents> events = PerfEvents::Attach(program, *event);
  if (!events) return events.error();
  return Attachment(std::move(*events));
}

// For programs that were tied to their target when they were loaded.
Result<Attachment> AttachTied(const bpf_program* program, const plan::Place& place) {
  if (!RunsWhatItAttaches(*place.kind)) {
    return WithRemedy(*place.kind, Error(fmt::format("{} '{}'", KeyOf(place), place.target()),
                                         "it would never run", EOPNOTSUPP));
  }
  LinkPtr link(place.kind == config::ProbeKind::kLsm ? bpf_program__attach_lsm(program)
                                                     : bpf_program__attach_trace(program));
  if (link != nullptr) return Attachment(std::move(link));
  const int code = errno;
  return Failed(place, place.target(), code);
}

bool IsLoadedForMany(const bpf_program* program) {
  return MultiLinkOf(bpf_program__expected_attach_type(program)).has_value();
}

// Takes the first target that works, which may be a pattern.
Result<Attachment> AttachAtFunctions(const bpf_program* program, const plan::Place& place,
                                     const std::string& config) {
  std::string tried;
  Error last = NotAttached(place, tried, EINVAL);
  for (const std::string& target : place.targets) {
    plan::Place one = place;
    one.targets = {target};
    const bool by_name =
        plan::HasFunctionPattern(one) || (IsLoadedForMany(program) && plan::NamesFunctions(one));
    Result<Attachment> attached =
        by_name ? AttachByPattern(program, one) : AttachByProbe(program, one, config);
    if (attached) return attached;
    tried.append(tried.empty() ? "" : "', '").append(TargetName(place, target));
    last = attached.error();
    last.context = fmt::format("{} '{}'", KeyOf(place), tried);
  }
  return last;
}

}  // namespace

Result<Attachment> AttachByProbe(const bpf_program* program, const plan::Place& place,
                                 const std::string& config) {
  if (plan::HasFunctionPattern(place) ||
      (IsLoadedForMany(program) && plan::NamesFunctions(place))) {
    return AttachAtFunctions(program, place, config);
  }
  if (plan::IsTiedToOneTarget(bpf_program__type(program))) return AttachTied(program, place);
  switch (*place.kind) {
    case config::ProbeKind::kTracepoint:
      return FirstTarget(
          place, [&](const std::string& target) { return AttachTracepoint(program, target); });
    case config::ProbeKind::kRawTracepoint:
      return FirstTarget(place, [&](const std::string& target) {
        return bpf_program__attach_raw_tracepoint(program, target.c_str());
      });
    case config::ProbeKind::kKprobe:
    case config::ProbeKind::kKretprobe:
      return AttachKprobe(program, place);
    case config::ProbeKind::kUprobe:
    case config::ProbeKind::kUretprobe:
      return AttachUprobe(program, place);
    case config::ProbeKind::kUsdt:
      return AttachUsdt(program, place);
    case config::ProbeKind::kPerfEvent:
      return AttachPerfEvents(program, place);
    case config::ProbeKind::kXdp:
      return AttachXdp(program, place);
    case config::ProbeKind::kTc:
      return AttachTc(program, place, config);
    case config::ProbeKind::kSocketFilter:
      return AttachSocketFilter(program, place);
    case config::ProbeKind::kCgroup:
      return AttachCgroup(program, place);
    case config::ProbeKind::kFentry:
    case config::ProbeKind::kFexit:
    case config::ProbeKind::kLsm:
      break;
  }
  return AttachTied(program, place);
}

}  // namespace bpf_exporter::kernel
