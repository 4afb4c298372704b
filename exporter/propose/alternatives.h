// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "object/layout.h"
#include "plan/kernel_events.h"

// Programs of which an object's own loader takes one, found as `check` finds what would count
// twice.
namespace bpf_exporter::propose {

// A program that runs at an event of the kernel as its section says.
struct Runner {
  const object::ProgramLayout* program = nullptr;
  plan::KernelEvent at;
  std::string subject;  // "tracepoint sched_switch", or the function: "vfs_read"
  bool of_function = false;
};

// Returns the programs of the object that run so, in its order; they point into it.
std::vector<Runner> RunnersOf(const object::ObjectLayout& object);

// Returns whether they are at functions of the kernel, and at more than one place: then one that is
// missing does not mean that all are.
bool ManyPlaces(const std::vector<Runner>& runners);

// Programs of which one way is enough.
struct Group {
  std::vector<std::string> programs;
  std::string alternatives;  // for `any: […]`, best first
  std::string subject;       // that of its runners
  bool of_function = false;
};

// Returns the group of these, of which there is one at least: the ways of each kind are one
// alternative.
Group MakeGroup(std::vector<Runner> runners);

// Returns the groups: all programs at a tracepoint, or at entry and return of a function, if two of
// them are at the same event by different ways.
std::vector<Group> GroupsOf(const std::vector<Runner>& runners);

}  // namespace bpf_exporter::propose
