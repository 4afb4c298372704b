// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// How the configurations fare, as plain data: for the self-metrics and the pages for people.
// Where they change while the exporter runs, metrics/statuses.h has them.
namespace bpf_exporter::metrics {

// One place of a program that has several.
struct PlaceStatus {
  std::string name;  // "xdp eth0"
  bool attached = false;
  bool needed = true;    // whether it is a failure that the program is not attached there
  bool waiting = false;  // every interface that matches a glob, and none does now: no failure
  std::string problem;   // why it is not attached; empty if it is
  std::string detail;    // of a pattern of functions that is attached: "12 functions"
};

struct ProgramStatus {
  std::string name;
  std::string section;
  bool attached = false;  // at one of its places at least
  bool needed = true;     // whether it is a failure that it is not attached
  // Why it is not loaded or attached, without its name: at the first of its places where it is not.
  // Empty if it is, or if nobody asked for it.
  std::string problem;
  std::uint32_t id = 0;  // 0: not loaded
  std::string tag;       // 16 hex digits; empty: not loaded
  // Of a loaded program that has several places, or one that is many interfaces, binaries or
  // functions; else empty.
  std::vector<PlaceStatus> places;

  // Returns whether it is missing where it is needed.
  bool Missed() const;
};

// Programs of which one alternative is used.
struct EitherOfStatus {
  std::vector<std::string> alternatives;  // "by_fentry"; of several programs "start+end"
  std::size_t used = 0;                   // the index of the one; as many as there are: none
};

struct ConfigStatus {
  std::string name;
  std::string description;
  std::vector<std::pair<std::string, std::string>> constants;  // that it sets: name and value
  bool up = false;
  std::string problem;  // why it is not up; may have several lines
  std::vector<ProgramStatus> programs;
  std::vector<EitherOfStatus> either_of;  // once it is loaded
  // How often the process was started again that holds its links; nothing: it needs none.
  std::optional<std::uint64_t> restarts = {};

  // Returns whether one of the programs is missing where it is needed.
  bool MissesPrograms() const;
};

}  // namespace bpf_exporter::metrics
