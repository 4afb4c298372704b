// SPDX-License-Identifier: Apache-2.0
#include "loader/event_counters.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include "kernel/read/event_map_readers.h"
#include "metrics/label_text.h"

namespace bpf_exporter {
namespace {

bool IsBuffer(const MapLayout& map) {
  return map.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY || map.type == BPF_MAP_TYPE_RINGBUF;
}

bool AsksHost(const MetricPlan& metric) {
  return std::any_of(metric.labels.begin(), metric.labels.end(), [](const LabelPlan& label) {
    return std::any_of(label.decoders.begin(), label.decoders.end(),
                       [](const auto& decoder) { return decoder->AsksHost(); });
  });
}

// What a record names may be gone when the next snapshot reads the table, such as the cgroup of a
// task that ran out of memory: it is asked for when the record comes, and remembered by those who
// are asked.
EventTable::OnNewKey AskEarly(const MapPlan& map) {
  std::vector<std::shared_ptr<const MetricPlan>> metrics;
  std::copy_if(map.metrics.begin(), map.metrics.end(), std::back_inserter(metrics),
               [](const auto& metric) { return AsksHost(*metric); });
  if (metrics.empty()) return {};
  return [metrics](std::string_view key) {
    try {
      LabelText labels;
      for (const auto& metric : metrics)
        labels.Build(*metric, reinterpret_cast<const std::byte*>(key.data()), 0);
    } catch (const std::bad_alloc&) {
      // The record is counted; the snapshot asks again.
    }
  };
}

}  // namespace

Result<ConfigEvents> OpenEvents(const ConfigPlan& plan, const LoadedObject& object,
                                std::uint32_t pages) {
  ConfigEvents events;
  for (const MapPlan& map : plan.maps) {
    if (!map.events) continue;
    auto table = std::make_shared<EventTable>(map.events->record_size, map.events->max_keys,
                                              map.events->flush_interval,
                                              IsBuffer(map.layout) ? AskEarly(map) : nullptr);
    events.maps.push_back({map.layout.name, table});
    if (!IsBuffer(map.layout)) continue;
    EventSource source;
    source.map = map.layout.name;
    source.map_fd = object.MapFd(map.layout.name);
    source.is_ringbuf = map.layout.type == BPF_MAP_TYPE_RINGBUF;
    source.pages = pages;
    source.table = std::move(table);
    if (const Status opened = events.buffers.Open(source); !opened) return opened.error();
  }
  return events;
}

std::unique_ptr<MapReader> EventReaderOf(const MapPlan& map, const LoadedObject& object,
                                         const ConfigEvents& events) {
  const std::string& name = map.layout.name;
  const auto found = std::find_if(events.maps.begin(), events.maps.end(),
                                  [&](const ConfigEvents::Map& one) { return one.name == name; });
  if (IsBuffer(map.layout)) return MakeEventTableReader(found->table);
  return MakeQueueReader(name, object.MapFd(name), map.layout.max_entries, map.layout.value_size,
                         found->table);
}

std::vector<KernelStats::Losses> LossesOf(const std::string& config, const ConfigEvents& events) {
  std::vector<KernelStats::Losses> losses;
  for (const ConfigEvents::Map& map : events.maps) {
    losses.push_back(
        {config, map.name, map.table->lost(), map.table->too_short(), map.table->over_limit()});
  }
  return losses;
}

}  // namespace bpf_exporter
