// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

// What the collector counts about its own work. The names are those of the plans, which live as
// long as the collector.
namespace bpf_exporter::metrics {

// What one map did in the last snapshot and since the start.
struct MapStats {
  std::string_view config;
  std::string_view map;
  std::string_view type;      // as bpftool names it
  std::uint64_t entries = 0;  // rows that the last snapshot read
  std::uint32_t max_entries = 0;
  std::uint64_t read_errors = 0;  // since the start
};

// What one metric of one configuration did. Counts are since the start unless noted.
struct MetricStats {
  std::string_view config;
  std::string_view metric;   // the family's name
  std::uint64_t series = 0;  // in the last snapshot; one that several metrics make is the first's
  std::uint64_t series_over_limit = 0;    // keys that it left out because of max_series
  std::uint64_t saturated = 0;            // numbers that were too large, in all snapshots
  std::uint64_t rows_skipped_regexp = 0;  // new keys that a decoder chose to skip
  std::uint64_t rows_decode_error = 0;    // new keys that could not be decoded
  std::uint64_t rows_out_of_range = 0;    // new keys whose bucket number is outside the histogram
};

struct CollectorStats {
  std::uint64_t snapshots = 0;
  std::chrono::nanoseconds last_duration{0};
  std::chrono::system_clock::time_point last_time;
  std::vector<MapStats> maps;
  std::vector<MetricStats> metrics;
};

}  // namespace bpf_exporter::metrics
