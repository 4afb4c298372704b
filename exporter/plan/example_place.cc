// SPDX-License-Identifier: Apache-2.0
#include "plan/example_place.h"

#include <algorithm>
#include <iterator>

#include "object/sections.h"

namespace bpf_exporter::plan {
namespace {

struct Example {
  std::string_view key;
  std::string_view place;
};
constexpr Example kExamples[] = {
    {"tracepoint", "tracepoint: CATEGORY/NAME"},
    {"raw_tracepoint", "raw_tracepoint: NAME"},
    {"kprobe", "kprobe: FUNCTION"},
    {"kretprobe", "kretprobe: FUNCTION"},
    {"fentry", "fentry: FUNCTION"},
    {"fexit", "fexit: FUNCTION"},
    {"lsm", "lsm: HOOK"},
    {"uprobe", "uprobe: {binary: PATH, symbol: FUNCTION}"},
    {"uretprobe", "uretprobe: {binary: PATH, symbol: FUNCTION}"},
    {"usdt", "usdt: {binary: PATH, provider: PROVIDER, name: NAME}"},
    {"perf_event", "perf_event: {event: cpu-clock, frequency: 49}"},
    {"socket_filter", "socket_filter: {interface: lo}"},
    {"xdp", "xdp: {interface: eth0}"},
    {"tc", "tc: {interface: eth0, direction: ingress}"},
    {"cgroup", "cgroup: {path: /sys/fs/cgroup}"},
};
constexpr std::string_view kTcEgress = "tc: {interface: eth0, direction: egress}";

}  // namespace

std::string ExamplePlace(std::string_view section) {
  const object::SectionInfo* info = object::FindSection(section);
  if (info == nullptr || info->use == object::SectionUse::kNotByUs) return {};
  if (info->words == "tc" && section.ends_with("/egress")) return std::string(kTcEgress);
  const auto* example = std::find_if(std::begin(kExamples), std::end(kExamples),
                                     [&](const Example& one) { return one.key == info->words; });
  return example == std::end(kExamples) ? std::string() : std::string(example->place);
}

}  // namespace bpf_exporter::plan
