// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/metric_lists.h"

#include <fmt/core.h>

#include <utility>

#include "propose/halves.h"

namespace bpf_exporter::propose {
namespace {

constexpr std::string_view kTotal = "_total";

std::string MetricText(const Candidate& metric) {
  std::string text;
  if (!metric.why.empty()) text += fmt::format("    # {}\n", metric.why);
  text += fmt::format("    - name: {}\n", metric.name);
  for (const std::string& line : metric.lines) text += fmt::format("      {}\n", line);
  return text;
}

// OpenMetrics knows counters without their _total, so that is what must differ.
std::string BaseOf(const std::string& name) {
  return name.ends_with(kTotal) ? name.substr(0, name.size() - kTotal.size()) : name;
}

}  // namespace

void MetricLists::Add(const object::MapLayout& map, Candidates candidates) {
  for (Candidate& metric : candidates.metrics) {
    parts_.push_back({&map, std::move(metric), {}});
  }
  for (std::string& text : candidates.left_out) {
    parts_.push_back({&map, std::nullopt, std::move(text)});
  }
}

void MetricLists::Finish() {
  TakeInHalves(0, parts_.size(), [this](std::size_t first, std::size_t last) {
    return last - first == 1 ? AddOne(parts_[first]) : AddAll(first, last);
  });
  for (const Part& part : parts_) {
    if (!part.left_out.empty()) left_out_.push_back(part.left_out);
  }
  parts_.clear();
}

bool MetricLists::AddAll(std::size_t first, std::size_t last) {
  MetricLists tried(trial_);
  tried.names_ = names_;
  tried.lists_ = lists_;
  for (std::size_t i = first; i < last; ++i) {
    if (!parts_[i].metric) continue;
    Candidate metric = *parts_[i].metric;
    metric.name = tried.FreeName(metric.name, 1);
    tried.Keep(metric);
  }
  if (!trial_.Problem("", TextOf(tried.lists_)).empty()) return false;
  names_ = std::move(tried.names_);
  lists_ = std::move(tried.lists_);
  return true;
}

bool MetricLists::AddOne(Part& part) {
  if (!part.metric) return true;
  std::string problem;
  // The first may be free and yet one that another's series have: x_count beside a histogram x.
  for (const int number : {1, 2}) {
    Candidate metric = *part.metric;
    metric.name = FreeName(metric.name, number);
    Lists tried = lists_;
    tried[static_cast<std::size_t>(metric.kind)] += MetricText(metric);
    std::string found = trial_.Problem("", TextOf(tried));
    if (number == 1 || found.empty()) problem = std::move(found);
    if (!problem.empty()) continue;
    Keep(metric);
    return true;
  }
  part.left_out = fmt::format("{}: {}", part.map->name, problem);
  return true;
}

void MetricLists::Keep(const Candidate& metric) {
  names_.insert(BaseOf(metric.name));
  lists_[static_cast<std::size_t>(metric.kind)] += MetricText(metric);
}

std::string MetricLists::Text() const { return TextOf(lists_); }

std::string MetricLists::LeftOutText() const {
  if (left_out_.empty()) return "";
  std::string text = "\n# Left out:\n";
  for (const std::string& one : left_out_) text += fmt::format("#   {}\n", one);
  return text;
}

std::string MetricLists::TextOf(const Lists& lists) {
  constexpr const char* kKeys[] = {"counters", "gauges", "histograms"};
  std::string text;
  for (std::size_t kind = 0; kind < lists.size(); ++kind) {
    if (!lists[kind].empty()) text += fmt::format("  {}:\n{}", kKeys[kind], lists[kind]);
  }
  return text;
}

std::string MetricLists::FreeName(const std::string& name, int number) const {
  const std::string base = BaseOf(name);
  const auto numbered = [&] { return number == 1 ? base : fmt::format("{}_{}", base, number); };
  while (names_.contains(numbered())) ++number;
  return numbered() + name.substr(base.size());
}

}  // namespace bpf_exporter::propose
