// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "object/layout.h"
#include "propose/labels.h"

namespace bpf_exporter::propose {

// A metric that may fit the object.
struct Candidate {
  config::MetricKind kind = config::MetricKind::kCounter;
  std::string name;                // as it would be best; another metric may have it already
  std::vector<std::string> lines;  // of YAML, after its name, without indentation
  std::string why;                 // what of it is guessed
};

// Makes the metrics of one map, or of one section of variables.
class MetricMaker {
 public:
  // `stem` begins the names: the object's name. Both outlive this.
  MetricMaker(const object::MapLayout& map, const std::string& stem);

  // Sets the labels of all metrics from now on.
  void SetLabels(LabelGuesses labels) { labels_ = std::move(labels); }
  // Returns whether the last label is the number of a histogram's bucket.
  bool HasBucketLabel() const { return labels_.last_is_bucket; }

  // Returns the metric of the number at `path` in the value; of the whole value if that is empty.
  // `type` is null without BTF.
  Candidate Number(const std::string& path, const object::Type* type) const;
  // Returns the histogram whose buckets are the array at `buckets`; `sum` may be empty.
  Candidate Histogram(const std::string& buckets, const std::string& sum) const;
  // Returns the histogram whose buckets are rows.
  Candidate RowsHistogram() const;
  // Returns the histogram of programs/bx_native.bpf.h that is at `path`.
  Candidate Native(const std::string& path) const;
  // Returns the counter of the records of a buffer or queue.
  Candidate Records() const;

 private:
  Candidate Begin(config::MetricKind kind, std::string name, const std::string& path) const;
  std::string Name(const std::string& path) const;
  std::string Subject(const std::string& path) const;
  void AddLabels(Candidate& metric) const;

  const object::MapLayout& map_;
  const std::string& stem_;
  const bool section_;
  LabelGuesses labels_;
};

}  // namespace bpf_exporter::propose
