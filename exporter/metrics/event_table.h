// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "metrics/map_reader.h"

namespace bpf_exporter::metrics {

// Counts a buffer's records by their first bytes, and reads like a map of those counts: the part of
// a map that an event counter lacks. Bounded in keys. Any thread.
class EventTable {
 public:
  // Called with a key when its first record comes, by the thread that adds it.
  using OnNewKey = std::function<void(std::string_view key)>;

  // Records count by their first `key_size` bytes, in at most `max_keys` keys. Every
  // `flush_interval` all of them are forgotten; 0 takes ebpf_exporter's default of one hour.
  EventTable(std::uint32_t key_size, std::uint32_t max_keys,
             std::chrono::nanoseconds flush_interval, OnNewKey on_new_key = {});

  // Counts one record. One that is shorter than the key, or whose key is one too many, is counted
  // as such and nowhere else.
  void Add(std::string_view record);
  void AddLost(std::uint64_t records) { lost_ += records; }

  // Hands out the counts as rows of a map: the key, and a u64.
  Status Read(RowSink& sink);
  // Returns since when the counts of the last Read() were counted.
  std::chrono::system_clock::time_point counted_since() const;

  // Since the start. Any thread.
  std::uint64_t lost() const { return lost_; }            // the kernel had no room for them
  std::uint64_t too_short() const { return too_short_; }  // shorter than the key
  std::uint64_t over_limit() const { return over_limit_; }

 private:
  bool Count(std::string_view key);

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>{}(key);
    }
  };

  const std::uint32_t key_size_;
  const std::uint32_t max_keys_;
  const std::chrono::nanoseconds flush_interval_;
  const OnNewKey on_new_key_;
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> too_short_{0};
  std::atomic<std::uint64_t> over_limit_{0};

  mutable std::mutex mutex_;  // guards what follows
  std::chrono::steady_clock::time_point flushed_;
  std::chrono::system_clock::time_point counted_since_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> rows_;
  std::vector<char> keys_;  // of all rows, one after the other
  std::vector<std::uint64_t> counts_;
};

}  // namespace bpf_exporter::metrics
