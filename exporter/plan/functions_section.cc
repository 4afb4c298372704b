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
  std::string_view function;  // empty if the target names none
  std::optional<ProbeKind> kind;
  bool in_binary = false;
};

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
  if (parts.kind == ProbeKind::kKprobe || parts.kind == ProbeKind::kKretprobe) {
    parts.function = parts.target;
  } else if (parts.kind == ProbeKind::kUprobe || parts.kind == ProbeKind::kUretprobe) {
    parts.in_binary = true;
    const std::size_t colon = parts.target.find(':');
    if (colon == std::string_view::npos) return parts;
    parts.binary = parts.target.substr(0, colon);
    parts.function = parts.target.substr(colon + 1);
  } else {
    parts.kind.reset();
  }
  return parts;
}

bool IsLeftToUs(const Parts& parts) {
  if (!parts.kind || parts.target.empty()) return false;
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
  place.targets.emplace_back(parts.function);
  return place;
}

std::string WrongFunctions(std::string_view section) {
  const Parts parts = PartsOf(section);
  if (!IsLeftToUs(parts)) return {};
  if (parts.function.empty() || (parts.in_binary && parts.binary.empty())) {
    return fmt::format("the section reads {}/{}FUNCTION", parts.word,
                       parts.in_binary ? "BINARY:" : "");
  }
  return std::string(WrongPattern(parts.function));
}

bool IsSession(std::string_view section) {
  return section.substr(0, section.find('/')).find(".session") != std::string_view::npos;
}

bool MaySleep(std::string_view section) {
  return section.substr(0, section.find('/')).ends_with(".s");
}

}  // namespace bpf_exporter::plan
