// SPDX-License-Identifier: Apache-2.0
#include "metrics/event_table.h"

#include <utility>

namespace bpf_exporter::metrics {
namespace {

constexpr std::chrono::nanoseconds kDefaultFlushInterval = std::chrono::hours(1);

}  // namespace

EventTable::EventTable(std::uint32_t key_size, std::uint32_t max_keys,
                       std::chrono::nanoseconds flush_interval, OnNewKey on_new_key)
    : key_size_(key_size),
      max_keys_(max_keys),
      flush_interval_(flush_interval.count() > 0 ? flush_interval : kDefaultFlushInterval),
      on_new_key_(std::move(on_new_key)),
      flushed_(std::chrono::steady_clock::now()),
      counted_since_(std::chrono::system_clock::now()) {}

void EventTable::Add(std::string_view record) {
  if (record.size() < key_size_) {
    ++too_short_;
    return;
  }
  const std::string_view key = record.substr(0, key_size_);
  if (Count(key) && on_new_key_) on_new_key_(key);
}

// True if the key is new.
bool EventTable::Count(std::string_view key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = rows_.find(key); found != rows_.end()) {
    ++counts_[found->second];
    return false;
  }
  if (counts_.size() == max_keys_) {
    ++over_limit_;
    return false;
  }
  rows_.emplace(key, counts_.size());
  keys_.insert(keys_.end(), key.begin(), key.end());
  counts_.push_back(1);
  return true;
}

Status EventTable::Read(RowSink& sink) {
  const std::lock_guard lock(mutex_);
  if (const auto now = std::chrono::steady_clock::now(); now - flushed_ >= flush_interval_) {
    flushed_ = now;
    counted_since_ = std::chrono::system_clock::now();
    rows_ = {};
    keys_ = {};
    counts_ = {};
  }
  // A counter without labels has keys of no bytes, and at most one row.
  static constexpr char kNoKey = 0;
  RowBlock block;
  block.keys = reinterpret_cast<const std::byte*>(keys_.empty() ? &kNoKey : keys_.data());
  block.count = counts_.size();
  block.key_stride = key_size_;
  block.values = reinterpret_cast<const std::byte*>(counts_.data());
  block.value_stride = sizeof(std::uint64_t);
  if (block.count > 0) sink.OnRows(block);
  return {};
}

std::chrono::system_clock::time_point EventTable::counted_since() const {
  const std::lock_guard lock(mutex_);
  return counted_since_;
}

}  // namespace bpf_exporter::metrics
