// SPDX-License-Identifier: Apache-2.0
#include "plan/place.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <tuple>

#include "base/wildcard.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::plan {
namespace {

bool IsGlobText(std::string_view text) { return text.find_first_of("*?[") != text.npos; }

bool IsAtFunction(const Place& place) {
  return place.kind == config::ProbeKind::kKprobe || place.kind == config::ProbeKind::kKretprobe ||
         place.kind == config::ProbeKind::kUprobe || place.kind == config::ProbeKind::kUretprobe;
}

// Returns whether a pattern of functions takes a place that is one function.
bool TakesFunction(const Place& pattern, const Place& function) {
  if (!HasFunctionPattern(pattern) || HasFunctionPattern(function)) return false;
  return pattern.targets.size() == 1 && function.targets.size() == 1 &&
         function.target().find('+') == std::string::npos &&
         MatchesWildcards(pattern.target(), function.target());
}

auto AllButNames(const Place& place) {
  return std::tie(place.kind, place.direction, place.provider, place.frequency, place.pid);
}

}  // namespace

const std::string& Place::target() const {
  static const std::string none;
  return targets.empty() ? none : targets.front();
}

bool IsOnInterface(const Place& place) {
  return place.kind == config::ProbeKind::kXdp || place.kind == config::ProbeKind::kTc ||
         place.kind == config::ProbeKind::kSocketFilter;
}

bool IsInBinary(const Place& place) { return !place.binary.empty(); }

bool IsGlob(const Place& place) {
  return (IsOnInterface(place) || IsInBinary(place)) && IsGlobText(PatternOf(place));
}

bool HasFunctionPattern(const Place& place) {
  return IsAtFunction(place) && std::any_of(place.targets.begin(), place.targets.end(),
                                            [](const auto& name) { return HasWildcard(name); });
}

bool NamesFunctions(const Place& place) {
  return IsAtFunction(place) &&
         std::all_of(place.targets.begin(), place.targets.end(), [](const std::string& name) {
           const bool number = !name.empty() && name.front() >= '0' && name.front() <= '9';
           return !number && name.find_first_of("+@") == std::string::npos;
         });
}

std::string_view WrongPattern(std::string_view function) {
  const bool offset = HasWildcard(function) && function.find('+') != std::string_view::npos;
  return offset ? "a pattern of functions takes no +OFFSET" : "";
}

const std::string& PatternOf(const Place& place) {
  return IsInBinary(place) ? place.binary : place.target();
}

bool Takes(const Place& place, std::string_view interface) {
  if (!IsOnInterface(place)) return false;
  if (!IsGlobText(place.target())) return place.target() == interface;
  return fnmatch(place.target().c_str(), std::string(interface).c_str(), 0) == 0;
}

bool Covers(const Place& first, const Place& second) {
  if (AllButNames(first) != AllButNames(second) || first.binary != second.binary) return false;
  return first.targets == second.targets || TakesFunction(first, second) ||
         (!IsGlob(second) && Takes(first, second.target()));
}

bool DifferInBinaryOnly(const Place& first, const Place& second) {
  return AllButNames(first) == AllButNames(second) && first.targets == second.targets;
}

Place At(const Place& glob, std::string_view name) {
  Place place = glob;
  if (IsInBinary(place)) {
    place.binary = name;
  } else {
    place.targets = {std::string(name)};
  }
  return place;
}

std::string PlaceName(const Place& place) {
  if (!place.kind) return IsInBinary(place) ? place.binary : "section";
  std::string name(InfoOf(*place.kind).key);
  for (const std::string& part : {place.direction, place.binary}) {
    if (!part.empty()) name += " " + part;
  }
  if (!place.provider.empty()) name += ":" + place.provider;
  name += place.binary.empty() ? " " : ":";
  name += fmt::format("{}", fmt::join(place.targets, "|"));
  if (place.frequency) name += fmt::format(" {} Hz", *place.frequency);
  if (place.pid) name += fmt::format(" pid {}", *place.pid);
  return name;
}

}  // namespace bpf_exporter::plan
