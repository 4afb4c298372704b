// SPDX-License-Identifier: Apache-2.0
#include "plan/place.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <tuple>

#include "plan/probe_kinds.h"

namespace bpf_exporter::plan {
namespace {

bool IsGlobText(std::string_view text) { return text.find_first_of("*?[") != text.npos; }

auto AllButTargets(const Place& place) {
  return std::tie(place.kind, place.direction, place.binary, place.provider, place.frequency,
                  place.pid);
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

bool IsGlob(const Place& place) { return IsOnInterface(place) && IsGlobText(place.target()); }

bool Takes(const Place& place, std::string_view interface) {
  if (!IsOnInterface(place)) return false;
  if (!IsGlob(place)) return place.target() == interface;
  return fnmatch(place.target().c_str(), std::string(interface).c_str(), 0) == 0;
}

bool Covers(const Place& first, const Place& second) {
  if (AllButTargets(first) != AllButTargets(second)) return false;
  return first.targets == second.targets || (!IsGlob(second) && Takes(first, second.target()));
}

Place AtInterface(const Place& glob, std::string_view interface) {
  Place place = glob;
  place.targets = {std::string(interface)};
  return place;
}

std::string PlaceName(const Place& place) {
  if (!place.kind) return "section";
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
