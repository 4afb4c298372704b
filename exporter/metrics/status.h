// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

// How the configurations fare, as plain data: for the self-metrics and the pages for people.
// Where they change while the exporter runs, metrics/statuses.h has them.
namespace bpf_exporter::metrics {

struct ProgramStatus {
  std::string name;
  std::string section;
  bool attached = false;
  bool needed = true;    // whether it is amiss that it is not attached
  std::string problem;   // why it is not loaded or attached; empty if it is, or if nobody asked
  std::uint32_t id = 0;  // 0: not loaded
  std::string tag;       // empty: not loaded
};

struct ConfigStatus {
  std::string name;
  std::string description;
  bool up = false;
  std::string problem;  // why it is not up; may have several lines
  std::vector<ProgramStatus> programs;
};

}  // namespace bpf_exporter::metrics
