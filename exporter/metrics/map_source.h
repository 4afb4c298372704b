// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "metrics/key_slots.h"
#include "metrics/map_reader.h"
#include "metrics/map_rows.h"
#include "metrics/metric_fold.h"
#include "metrics/stats.h"

namespace bpf_exporter::metrics {

// A map of a configuration, and what reads it.
struct MapToRead {
  std::string config;
  plan::MapPlan plan;
  std::unique_ptr<MapReader> reader;
  // Since when it counts; the epoch: that is not known.
  std::chrono::system_clock::time_point counted_since = {};
};

// One map and the metrics that its rows feed.
class MapSource : public RowSink {
 public:
  explicit MapSource(MapToRead map);

  // Before the first snapshot. `number` is the metric's in the family.
  void AddMetric(std::shared_ptr<const plan::MetricPlan> metric, Family& family,
                 std::uint32_t number);

  // Reads the map into the families, which have begun a snapshot. False if it failed; an error is
  // logged when it is new, and a good read after one too.
  bool Read();
  // Drops what is known of keys that have gone. Families that may have lost series by this or
  // by answers that changed are added to `changed`.
  void ForgetVanished(std::vector<Family*>& changed);

  // What the map holds now, without any effect on the families or the numbers of stats().
  Result<MapRows> CopyRows(const RowLimits& limits) const;

  void OnRows(const RowBlock& block) override;

  std::vector<MetricFold>& folds() { return folds_; }
  const std::vector<MetricFold>& folds() const { return folds_; }
  const std::string& config() const { return config_; }
  const plan::MapPlan& plan() const { return plan_; }
  MapStats stats() const;
  // Returns since when the rows of the last Read() were counted; the epoch if that is not known.
  std::chrono::system_clock::time_point counted_since() const {
    return reader_->emptied().value_or(counted_since_);
  }

 private:
  Status ReadRows();
  static void FoldElements(const Rows& rows, const plan::ElementsPlan& elements, MetricFold& fold);
  std::string Name() const;

  std::string config_;
  plan::MapPlan plan_;
  std::string type_;  // the map's, as bpftool names it
  std::unique_ptr<MapReader> reader_;
  std::chrono::system_clock::time_point counted_since_;
  RowShape shape_;
  KeySlots keys_;
  std::size_t array_slots_ = 0;  // of a map without keys
  std::vector<MetricFold> folds_;
  std::vector<std::uint32_t> slots_;  // of the rows at hand

  std::uint64_t rows_ = 0;
  std::uint64_t read_errors_ = 0;
  bool whole_ = false;      // the last read was
  bool bad_block_ = false;  // rows that are too short for the plan
  bool moved_ = false;      // keys to other series
  std::string last_error_;
};

}  // namespace bpf_exporter::metrics
