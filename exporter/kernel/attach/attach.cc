// SPDX-License-Identifier: Apache-2.0
#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/attach/attachment.h"
#include "kernel/attach/program_type.h"
#include "kernel/attach/section.h"

namespace bpf_exporter::kernel {
namespace {

// The kind that explains an error of SEC("tp/…") and the like; nothing where none fits.
std::optional<config::ProbeKind> KindOfSection(std::string_view section) {
  std::string_view word = section.substr(0, section.find('/'));
  if (word.ends_with(".s")) word.remove_suffix(2);
  constexpr std::pair<std::string_view, config::ProbeKind> kWords[] = {
      {"tp", config::ProbeKind::kTracepoint},
      {"tracepoint", config::ProbeKind::kTracepoint},
      {"raw_tp", config::ProbeKind::kRawTracepoint},
      {"raw_tracepoint", config::ProbeKind::kRawTracepoint},
      {"tp_btf", config::ProbeKind::kRawTracepoint},
      {"kprobe", config::ProbeKind::kKprobe},
      {"kretprobe", config::ProbeKind::kKretprobe},
      {"kprobe.multi", config::ProbeKind::kKprobe},
      {"kretprobe.multi", config::ProbeKind::kKretprobe},
      {"ksyscall", config::ProbeKind::kKprobe},
      {"kretsyscall", config::ProbeKind::kKretprobe},
      {"uprobe", config::ProbeKind::kUprobe},
      {"uretprobe", config::ProbeKind::kUretprobe},
      {"usdt", config::ProbeKind::kUsdt},
      {"fentry", config::ProbeKind::kFentry},
      {"fexit", config::ProbeKind::kFexit},
      {"lsm", config::ProbeKind::kLsm},
  };
  for (const auto& [name, kind] : kWords) {
    if (name == word) return kind;
  }
  return std::nullopt;
}

std::string CodeText(int code) {
  constexpr int kLeastOfLibbpf = 4000;  // of its own numbers, here only those of reading ELF files
  if (code >= kLeastOfLibbpf) return "the binary is not an ELF file that can be read";
  return ErrnoText(code);
}

Error Failed(config::ProbeKind kind, std::string_view target, int code) {
  return WithRemedy(
      kind, Error(fmt::format("{} '{}'", ProbeKindName(kind), target), CodeText(code), code));
}

// Calls `attach(target)`, which returns a link or null and errno, until one works.
template <typename Function>
Result<Attachment> FirstTarget(const config::ProbeSpec& probe, Function attach) {
  std::string tried;
  int code = EINVAL;
  for (const config::Text& target : probe.targets) {
    LinkPtr link(attach(target.value));
    if (link != nullptr) return Attachment(std::move(link));
    code = errno;
    tried.append(tried.empty() ? "" : "', '").append(target.value);
  }
  return Failed(probe.kind, tried, code);
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
struct Place {
  std::string function;
  std::size_t offset = 0;
};

std::optional<Place> ParsePlace(std::string_view symbol) {
  Place place;
  const std::size_t plus = symbol.rfind('+');
  std::string_view number;
  if (plus != std::string_view::npos) {
    place.function = symbol.substr(0, plus);
    number = symbol.substr(plus + 1);
  } else if (!symbol.empty() && symbol.front() >= '0' && symbol.front() <= '9') {
    number = symbol;
  } else {
    place.function = symbol;
    return place;
  }
  const bool hex = number.starts_with("0x");
  if (hex) number.remove_prefix(2);
  const char* end = number.data() + number.size();
  const auto [at, error] = std::from_chars(number.data(), end, place.offset, hex ? 16 : 10);
  if (error != std::errc() || at != end) return std::nullopt;
  return place;
}

constexpr pid_t kAllProcesses = -1;

Result<Attachment> AttachKprobe(const bpf_program* program, const config::ProbeSpec& probe) {
  const bool at_return = probe.kind == config::ProbeKind::kKretprobe;
  for (const config::Text& target : probe.targets) {
    const std::optional<Place> place = ParsePlace(target.value);
    if (!place || place->function.empty() || (at_return && place->offset != 0)) {
      return Error{fmt::format("{} '{}': the target reads FUNCTION{}", ProbeKindName(probe.kind),
                               target.value, at_return ? "" : " or FUNCTION+OFFSET"),
                   EINVAL};
    }
  }
  return FirstTarget(probe, [&](const std::string& target) {
    const std::optional<Place> place = ParsePlace(target);
    LIBBPF_OPTS(bpf_kprobe_opts, options);
    options.retprobe = at_return;
    options.offset = place->offset;
    return bpf_program__attach_kprobe_opts(program, place->function.c_str(), &options);
  });
}

Result<Attachment> AttachUprobe(const bpf_program* program, const config::ProbeSpec& probe) {
  const std::string name = fmt::format("{}:{}", probe.binary.value, probe.symbol.value);
  const std::optional<Place> place = ParsePlace(probe.symbol.value);
  if (!place) {
    return Error{fmt::format("{} '{}': the symbol reads FUNCTION, FUNCTION+OFFSET or OFFSET",
                             ProbeKindName(probe.kind), name),
                 EINVAL};
  }
  LIBBPF_OPTS(bpf_uprobe_opts, options);
  options.retprobe = probe.kind == config::ProbeKind::kUretprobe;
  if (!place->function.empty()) options.func_name = place->function.c_str();
  LinkPtr link(bpf_program__attach_uprobe_opts(program, probe.pid.value_or(kAllProcesses),
                                               probe.binary.value.c_str(), place->offset,
                                               &options));
  if (link == nullptr) return Failed(probe.kind, name, errno);
  return Attachment(std::move(link));
}

Result<Attachment> AttachUsdt(const bpf_program* program, const config::ProbeSpec& probe) {
  LinkPtr link(bpf_program__attach_usdt(program, probe.pid.value_or(kAllProcesses),
                                        probe.binary.value.c_str(), probe.provider.value.c_str(),
                                        probe.symbol.value.c_str(), nullptr));
  if (link != nullptr) return Attachment(std::move(link));
  const int code = errno;
  const std::string name =
      fmt::format("{}:{}:{}", probe.binary.value, probe.provider.value, probe.symbol.value);
  Error error = Failed(probe.kind, name, code);
  // Of this libbpf says nothing.
  if (code == ENOENT && access(probe.binary.value.c_str(), R_OK) == 0) {
    error.AddRemedy("the binary has no such static tracepoint");
  }
  return error;
}

Result<Attachment> AttachPerfEvents(const bpf_program* program, const PerfEvent& event) {
  PerfEvents events(program, event);
  if (Status status = events.Update(); !status) {
    return WithRemedy(config::ProbeKind::kPerfEvent, status.error());
  }
  return Attachment(std::move(events));
}

Result<Attachment> AttachPerfProbe(const bpf_program* program, const config::ProbeSpec& probe) {
  Result<PerfEvent> event = PerfEventByName(probe.event.value);
  if (!event) return event.error();
  if (!probe.frequency || *probe.frequency == 0) {
    return Error{"perf_event: needs a frequency: without one the event never runs the program",
                 EINVAL};
  }
  event->frequency = *probe.frequency;
  return AttachPerfEvents(program, *event);
}

}  // namespace

Result<Attachment> AttachBySection(const bpf_program* program) {
  const std::string section = bpf_program__section_name(program);
  if (const auto event = ParsePerfEventSection(section)) {
    if (!event->ok()) return event->error();
    return AttachPerfEvents(program, event->value());
  }
  if (const std::string_view interface = XdpSectionInterface(section); !interface.empty()) {
    return AttachXdp(program, std::string(interface));
  }
  LinkPtr link(bpf_program__attach(program));
  if (link != nullptr) return Attachment(std::move(link));
  const int code = errno;
  const std::optional<config::ProbeKind> kind = KindOfSection(section);
  // libbpf's answer for sections that do not say where to attach.
  if (code == EOPNOTSUPP && (!kind || section.find('/') == std::string::npos)) {
    return Error{fmt::format("section '{}' needs an entry under probes:", section), code};
  }
  Error error(fmt::format("section '{}'", section), CodeText(code), code);
  return kind ? WithRemedy(*kind, std::move(error)) : error;
}

Result<Attachment> AttachProbe(const bpf_program* program, const config::ProbeSpec& probe) {
  switch (probe.kind) {
    case config::ProbeKind::kTracepoint:
      return FirstTarget(
          probe, [&](const std::string& target) { return AttachTracepoint(program, target); });
    case config::ProbeKind::kRawTracepoint:
      if (bpf_program__type(program) == BPF_PROG_TYPE_TRACING) break;
      return FirstTarget(probe, [&](const std::string& target) {
        return bpf_program__attach_raw_tracepoint(program, target.c_str());
      });
    case config::ProbeKind::kKprobe:
    case config::ProbeKind::kKretprobe:
      return AttachKprobe(program, probe);
    case config::ProbeKind::kUprobe:
    case config::ProbeKind::kUretprobe:
      return AttachUprobe(program, probe);
    case config::ProbeKind::kUsdt:
      return AttachUsdt(program, probe);
    case config::ProbeKind::kPerfEvent:
      return AttachPerfProbe(program, probe);
    case config::ProbeKind::kXdp:
      return AttachXdp(program, probe.interface.value);
    case config::ProbeKind::kTc:
      return AttachTc(program, probe.interface.value, probe.direction.value);
    case config::ProbeKind::kSocketFilter:
      return AttachSocketFilter(program, probe.interface.value);
    case config::ProbeKind::kCgroup:
      return AttachCgroup(program, probe.path.value);
    case config::ProbeKind::kFentry:
    case config::ProbeKind::kFexit:
    case config::ProbeKind::kLsm:
      break;
  }
  // Tied to their target when they were loaded.
  LinkPtr link(probe.kind == config::ProbeKind::kLsm ? bpf_program__attach_lsm(program)
                                                     : bpf_program__attach_trace(program));
  if (link == nullptr) {
    const int code = errno;
    return Failed(probe.kind, probe.targets.empty() ? "" : probe.targets.front().value, code);
  }
  return Attachment(std::move(link));
}

}  // namespace bpf_exporter::kernel
