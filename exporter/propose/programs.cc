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
#include "propose/guess.h"
#include "propose/idle_programs.h"
#include "propose/names.h"
#include "propose/within_calls.h"

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
constexpr std::string_view kWithin =
    "What the first sees happens within the system calls of the others, and all send to one "
    "buffer: one way is enough.";
constexpr std::string_view kWithoutFile = "The sections of these do not say which file.";
constexpr std::string_view kIdle = "The sections of these do not say where they run.";

// Writes the part, one kind of entry after the other.
class Writer {
 public:
  Writer(const object::ObjectLayout& object, const std::string& stem)
      : object_(object),
        stem_(stem),
        runners_(RunnersOf(object)),
        optional_(ManyPlaces(runners_)) {}

  std::string Text() {
    AddGroups(kWithin, GroupsWithinCalls(object_, runners_));
    AddGroups(kAny, GroupsOf(runners_));
    AddPlaces();
    for (const object::ProgramLayout& program : object_.programs) {
      if (!program.autoload) continue;
      const std::string entry = EntryWithoutFile(program, stem_);
      if (!entry.empty()) entries_.Add(kWithoutFile, entry);
    }
    for (const object::ProgramLayout& program : object_.programs) {
      if (!program.autoload || program.tail_called || plan::SectionAttaches(program)) continue;
      entries_.Add(kIdle, EntryOfIdle(program, stem_));
    }
    return entries_.Text();
  }

 private:
  // Adds those of which no program is in a group yet.
  void AddGroups(std::string_view comment, const std::vector<Group>& groups) {
    for (const Group& group : groups) {
      const auto is_grouped = [&](const std::string& name) { return grouped_.contains(name); };
      if (std::any_of(group.programs.begin(), group.programs.end(), is_grouped)) continue;
      grouped_.insert(group.programs.begin(), group.programs.end());
      const bool may_fail = optional_ && group.of_function;
      std::string entry = may_fail
                              ? fmt::format("{{any: [{}], optional: true}}", group.alternatives)
                              : fmt::format("any: [{}]", group.alternatives);
      if (group.of_function && IsStandInName(group.subject)) {
        entry += fmt::format(
            "  # {} is a stand-in, it seems: an entry for each program says which function",
            group.subject);
      }
      entries_.Add(comment, entry);
    }
  }

  // Adds the programs at functions that other kernels may not have.
  void AddPlaces() {
    for (const Runner& runner : runners_) {
      const object::ProgramLayout& program = *runner.program;
      if (grouped_.contains(program.name) || !IsPlain(program.section)) continue;
      const bool stand_in = runner.of_function && IsStandInName(runner.subject);
      if (!optional_ && !stand_in) continue;
      std::string entry = fmt::format("{{program: {}, {}, optional: true}}", Scalar(program.name),
                                      PlaceIn(program.section));
      if (stand_in) entry += "  # a stand-in, it seems: say which function";
      entries_.Add(kOptional, entry);
    }
  }

  const object::ObjectLayout& object_;
  const std::string& stem_;
  const std::vector<Runner> runners_;
  const bool optional_;  // some may be where other kernels have nothing
  std::set<std::string> grouped_;
  Entries entries_;
};

}  // namespace

std::string ProbesText(const object::ObjectLayout& object, const std::string& stem) {
  return Writer(object, stem).Text();
}

}  // namespace bpf_exporter::propose
