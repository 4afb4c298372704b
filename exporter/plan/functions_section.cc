// SPDX-License-Identifier: Apache-2.0
#include "plan/functions_section.h"

#include <fmt/core.h>

#include "base/wildcard.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::plan {
namespace {

using config::ProbeKind;

struct Parts {
  std::string_view word;      // "uprobe.multi.s"
  std::string_view target;    // what follows the first '/'
  std::string_view binary;    // of a user program's function; empty if the target names none
  std::string_view provider;  // of a static tracepoint; empty if the target names none
  std::string_view function;  // or the static tracepoint; empty if the target names none
  std::optional<ProbeKind> kind;
  std::string_view form = "FUNCTION";  // of the target, as messages have it
};

// Returns what is before the first ':' of the text, and takes both from it; if it has none,
// nothing.
std::string_view TakePart(std::string_view& text) {
  const std::size_t colon = text.find(':');
  const std::string_view part = colon == text.npos ? std::string_view() : text.substr(0, colon);
  text.remove_prefix(colon == text.npos ? text.size() : colon + 1);
  return part;
}

bool IsManyOrSession(std::string_view word) {
  return word.find(".multi") != word.npos || word.find(".session") != word.npos;
}

// Returns the parts of a section of functions; of other sections nothing but the word.
Parts PartsOf(std::string_view section) {
  Parts parts;
  const std::size_t slash = section.find('/');
  parts.word = section.substr(0, slash);
  if (slash == std::string_view::npos || parts.word.ends_with("syscall")) return parts;
  parts.target = section.substr(slash + 1);
  parts.kind = KindOfSection(section);
  parts.function = parts.target;
  if (parts.kind == ProbeKind::kUprobe || parts.kind == ProbeKind::kUretprobe) {
    parts.form = "BINARY:FUNCTION";
    parts.binary = TakePart(parts.function);
  } else if (parts.kind == ProbeKind::kUsdt) {
    parts.form = "BINARY:PROVIDER:NAME";
    parts.binary = TakePart(parts.function);
    parts.provider = TakePart(parts.function);
  } else if (parts.kind != ProbeKind::kKprobe && parts.kind != ProbeKind::kKretprobe) {
    parts.kind.reset();
  }
  return parts;
}

bool IsWhole(const Parts& parts) {
  const bool in_binary = parts.form != "FUNCTION", is_static = parts.kind == ProbeKind::kUsdt;
  return !parts.function.empty() && (!in_binary || !parts.binary.empty()) &&
         (!is_static || !parts.provider.empty());
}

bool IsLeftToUs(const Parts& parts) {
  if (!parts.kind || parts.target.empty()) return false;
  if (parts.kind == ProbeKind::kUsdt) return MaySleep(parts.word);
  return IsManyOrSession(parts.word) || HasWildcard(parts.target);
}

}  // namespace

std::optional<Place> PlaceOfFunctions(std::string_view section) {
  const Parts parts = PartsOf(section);
  if (!IsLeftToUs(parts) || !WrongFunctions(section).empty()) return std::nullopt;
  Place place;
  place.kind = parts.kind;
  place.of_section = true;
  place.binary = parts.binary;
  place.provider = parts.provider;
  place.targets.emplace_back(parts.function);
  return place;
}

std::string WrongFunctions(std::string_view section) {
  const Parts parts = PartsOf(section);
  if (!IsLeftToUs(parts)) return {};
  if (!IsWhole(parts)) return fmt::format("the section reads {}/{}", parts.word, parts.form);
  return std::string(WrongPattern(parts.function));
}

std::string_view WhyNoPattern(ProbeKind kind) {
  switch (kind) {
    case ProbeKind::kFentry:
      return "the kernel ties the program to one function, so it takes no pattern; kprobe does";
    case ProbeKind::kFexit:
      return "the kernel ties the program to one function, so it takes no pattern; kretprobe does";
    case ProbeKind::kLsm:
      return "the kernel ties the program to one hook, so it takes no pattern";
    case ProbeKind::kTracepoint:
    case ProbeKind::kRawTracepoint:
      return "tracepoints are named whole; {all: [A, B]} under probes: takes several";
    default:
      return {};
  }
}

std::string_view WhyNoPattern(std::string_view section) {
  const std::size_t slash = section.find('/');
  if (slash == std::string_view::npos || !HasWildcard(section.substr(slash))) return {};
  if (section.substr(0, slash).ends_with("syscall")) {
    return "system calls are named whole; kprobe takes a pattern of their functions";
  }
  const std::optional<ProbeKind> kind = KindOfSection(section);
  return kind ? WhyNoPattern(*kind) : std::string_view();
}

bool IsSession(std::string_view section) {
  return section.substr(0, section.find('/')).find(".session") != std::string_view::npos;
}

bool MaySleep(std::string_view section) {
  return section.substr(0, section.find('/')).ends_with(".s");
}

}  // namespace bpf_exporter::plan
