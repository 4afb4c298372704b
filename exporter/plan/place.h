// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace bpf_exporter::plan {

// One place where a program is attached, by a link of its own.
struct Place {
  std::optional<config::ProbeKind> kind;  // nothing: as the ELF section says
  // The names of one target, of which the first that the kernel has is taken: functions,
  // tracepoints, symbols. Of interfaces, cgroups and events it is one; an interface may be a glob,
  // and then the place has a link for each interface that matches. A function may be a pattern,
  // which is every function that it matches.
  std::vector<std::string> targets;
  // Functions, or patterns of them, that earlier places of the program have: a pattern leaves them
  // out, so that none is counted twice.
  std::vector<std::string> except;
  std::string direction;  // tc: "ingress" or "egress"
  // Of uprobe, uretprobe and usdt, of the section too; may be a glob like interfaces.
  std::string binary;
  std::string provider;                    // usdt
  std::optional<std::uint64_t> frequency;  // perf_event; Hz
  std::optional<std::int32_t> pid;         // uprobe, uretprobe, usdt; nothing: all processes
  bool optional = false;                   // whether it may be missing
  bool of_section = false;                 // whether the ELF section says all this, and no entry

  // The only target of a kind that has one; empty for a place of the section.
  const std::string& target() const;
};

// Returns whether the place is one or more network interfaces: xdp, tc, socket_filter.
bool IsOnInterface(const Place& place);

// Returns whether the place is in a program's or a library's file: uprobe, uretprobe, usdt.
bool IsInBinary(const Place& place);

// Returns whether the place is every interface, or every binary, whose name matches.
bool IsGlob(const Place& place);

// Returns whether the place is every function whose name matches: of a kprobe, kretprobe, uprobe or
// uretprobe, whose target has a '*' or a '?'.
bool HasFunctionPattern(const Place& place);

// Returns whether all targets of the place are functions by their names, or patterns of them: of
// the same kinds, without an offset, or the version of a library's function.
bool NamesFunctions(const Place& place);

// Returns what is wrong with a pattern of functions; empty if nothing is, or if it is none.
std::string_view WrongPattern(std::string_view function);

// Returns the pattern that says which interfaces, or which binaries, the place is at.
const std::string& PatternOf(const Place& place);

// Returns whether a program at `place` attaches to that interface.
bool Takes(const Place& place, std::string_view interface);

// Returns whether a program that is at `first` is at `second` too.
bool Covers(const Place& first, const Place& second);

// Returns whether the two differ in nothing but the binary.
bool DifferInBinaryOnly(const Place& first, const Place& second);

// Returns the place that a glob has on the interface, or in the binary, of that name.
Place At(const Place& glob, std::string_view name);

// Returns the place's name in logs, labels and pages: "xdp eth0", "tc egress eth0", "tracepoint
// sched/sched_switch", "kprobe do_exit|exit_process" where there are alternatives; of a section
// "section", or the binary that it names.
std::string PlaceName(const Place& place);

}  // namespace bpf_exporter::plan
