// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/idle_programs.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "object/sections.h"
#include "propose/names.h"

namespace bpf_exporter::propose {
namespace {

// What an entry with a place of that kind looks like.
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
    {"socket_filter", "socket_filter: {interface: lo}"},
    {"xdp", "xdp: {interface: eth0}"},
    {"tc", "tc: {interface: eth0, direction: ingress}"},
    {"cgroup", "cgroup: {path: /sys/fs/cgroup}"},
};

// Returns why the program stays out, and what would attach it.
std::string WhyOut(const object::SectionInfo* section) {
  if (section == nullptr) return "libbpf knows no such section";
  if (section->use == object::SectionUse::kNotByUs) return std::string(section->words);
  const auto* example = std::find_if(std::begin(kExamples), std::end(kExamples),
                                     [&](const Example& one) { return one.key == section->words; });
  if (example == std::end(kExamples)) return "only a section can say where it attaches";
  return fmt::format("instead of 'disabled: true': {}", example->place);
}

}  // namespace

std::string EntryOfIdle(const object::ProgramLayout& program) {
  const object::SectionInfo* section = object::FindSection(program.section);
  const std::string name = Scalar(program.name);
  if (section != nullptr && section->words == "perf_event") {
    return fmt::format(
        "{{program: {}, perf_event: {{event: cpu-clock, frequency: 49}}, optional: true}}  # "
        "SEC(\"{}\"): "
        "which event is a guess",
        name, program.section);
  }
  return fmt::format("{{program: {}, disabled: true}}  # SEC(\"{}\"): {}", name, program.section,
                     WhyOut(section));
}

}  // namespace bpf_exporter::propose
