// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "propose/trial.h"
#include "propose/walk.h"

namespace bpf_exporter::propose {

// Collects the metrics that fit, and what does not.
class MetricLists {
 public:
  // Each metric is tried beside those before it; `trial` and the maps outlive this.
  explicit MetricLists(const Trial& trial) : trial_(trial) {}

  void Add(const object::MapLayout& map, Candidates candidates);
  // Tries all that were added. What follows tells what became of them.
  void Finish();

  // Returns the lists under `metrics:`; empty if there are no metrics.
  std::string Text() const;
  // Returns comments on what is left out.
  std::string LeftOutText() const;

 private:
  using Lists = std::array<std::string, 3>;  // by config::MetricKind
  struct Part {
    const object::MapLayout* map = nullptr;
    std::optional<Candidate> metric;
    std::string left_out;  // why, if it is
  };

  // Adds the metrics of these parts if all fit under their own names; returns whether they do.
  bool AddAll(std::size_t first, std::size_t last);
  // Adds that metric, or leaves it out; returns true.
  bool AddOne(Part& part);
  void Keep(const Candidate& metric);
  static std::string TextOf(const Lists& lists);
  // Returns the name with the first number from `number` on, 1 being none, that nobody has.
  std::string FreeName(const std::string& name, int number) const;

  const Trial& trial_;
  std::vector<Part> parts_;
  std::set<std::string> names_;  // taken ones, without _total
  Lists lists_;
  std::vector<std::string> left_out_;
};

}  // namespace bpf_exporter::propose
