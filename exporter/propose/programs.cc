// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "plan/attach_points.h"
#include "plan/probe_kinds.h"
#include "propose/alternatives.h"
#include "propose/idle_programs.h"
#include "propose/names.h"

namespace bpf_exporter::propose {
namespace {

// Returns whether an entry can name the place of a section: it is one, and has no pattern.
bool IsPlain(std::string_view section) {
  constexpr std::string_view kWords[] = {"kprobe", "kretprobe",  "fentry",        "fentry.s",
                                         "fexit",  "fexit.s",    "tp_btf",        "raw_tp",
                                         "tp",     "tracepoint", "raw_tracepoint"};
  const std::string_view word = section.substr(0, section.find('/'));
  // A tracepoint without its category runs nothing.
  if (word.starts_with("t") && word != "tp_btf" && section.find('/') == section.rfind('/')) {
    return false;
  }
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

// Returns "kprobe: vfs_read" for SEC("kprobe/vfs_read").
std::string PlaceIn(std::string_view section) {
  const plan::ProbeKindInfo& info = plan::InfoOf(*plan::KindOfSection(section));
  return fmt::format("{}: {}", info.key, Scalar(section.substr(section.find('/') + 1)));
}

// Collects the entries, under a comment for those of a kind.
class Entries {
 public:
  void Add(std::string_view comment, const std::string& entry) {
    if (comment != comment_) text_ += fmt::format("  # {}\n", comment);
    comment_ = comment;
    text_ += fmt::format("  - {}\n", entry);
  }

  std::string Text() const { return text_.empty() ? "" : "probes:\n" + text_ + "\n"; }

 private:
  std::string text_;
  std::string_view comment_;
};

constexpr std::string_view kAny =
    "Programs at one event of the kernel, best first: the first that this kernel takes counts.";
constexpr std::string_view kOptional =
    "What these attach to may be in other versions of the kernel only.";
constexpr std::string_view kIdle = "The sections of these do not say where they run.";

}  // namespace

std::string ProbesText(const object::ObjectLayout& object) {
  const std::vector<Runner> runners = RunnersOf(object);
  const bool optional = ManyPlaces(runners);
  std::set<std::string> grouped;
  Entries entries;
  for (const Group& group : GroupsOf(runners)) {
    grouped.insert(group.programs.begin(), group.programs.end());
    const bool may_fail = optional && group.of_function;
    entries.Add(kAny, may_fail ? fmt::format("{{any: [{}], optional: true}}", group.alternatives)
                               : fmt::format("any: [{}]", group.alternatives));
  }
  for (const Runner& runner : runners) {
    const object::ProgramLayout& program = *runner.program;
    if (!optional || grouped.contains(program.name) || !IsPlain(program.section)) continue;
    entries.Add(kOptional, fmt::format("{{program: {}, {}, optional: true}}", Scalar(program.name),
                                       PlaceIn(program.section)));
  }
  for (const object::ProgramLayout& program : object.programs) {
    if (!program.autoload || program.tail_called || plan::SectionAttaches(program)) continue;
    entries.Add(kIdle, EntryOfIdle(program));
  }
  return entries.Text();
}

}  // namespace bpf_exporter::propose
