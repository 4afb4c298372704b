// SPDX-License-Identifier: Apache-2.0
// Tests: events_test.py
#include "loader/event_counters.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include "kernel/read/event_map_readers.h"
#include "metrics/label_text.h"
#include "object/map_types.h"

namespace bpf_exporter::loader {
namespace {

bool IsBuffer(const object::MapLayout& map) {
  return object::ShapeOf(map.type) == object::MapShape::kRecords;
}

bool AsksHost(const plan::MetricPlan& metric) {
  return std::any_of(metric.labels.begin(), metric.labels.end(), [](const plan::LabelPlan& label) {
    return std::any_of(label.decoders.begin(), label.decoders.end(),
                       [](const auto& decoder) { return decoder->AsksHost(); });
  });
}

// Returns what builds the labels of a new key at once, so that the host's names are remembered:
// what a record names, such as the cgroup of a task that ran out of memory, may be gone when the
// next snapshot reads the table.
metrics::EventTable::OnNewKey AskEarly(const plan::MapPlan& map) {
  std::vector<std::shared_ptr<const plan::MetricPlan>> metrics;
  std::copy_if(map.metrics.begin(), map.metrics.end(), std::back_inserter(metrics),
               [](const auto& metric) { return AsksHost(*metric); });
  if (metrics.empty()) return {};
  return [metrics](std::string_view key) {
    try {
      metrics::LabelText labels;
      for (const auto& metric : metrics) {
        labels.Build(*metric, reinterpret_cast<const std::byte*>(key.data()), 0);
      }
    } catch (const std::bad_alloc&) {
      // The record is counted; the snapshot asks again.
    }
  };
}

}  // namespace

Result<ConfigEvents> OpenEvents(const plan::ConfigPlan& plan, const kernel::ContainedObject& object,
                                std::uint32_t pages) {
  ConfigEvents events;
  for (const plan::MapPlan& map : plan.maps) {
    if (!map.events) continue;
    auto table = std::make_shared<metrics::EventTable>(
        map.events->record_size, map.events->max_keys, map.events->flush_interval,
        IsBuffer(map.layout) ? AskEarly(map) : nullptr);
    events.maps.push_back({map.layout.name, table});
    if (!IsBuffer(map.layout)) continue;
    kernel::EventSource source;
    source.config = plan.name;
    source.map = map.layout.name;
    source.map_fd = object.Map(map.layout.name).fd();
    source.is_ringbuf = map.layout.type == BPF_MAP_TYPE_RINGBUF;
    source.pages = pages;
    source.table = std::move(table);
    if (const Status opened = events.buffers.Open(source); !opened) return opened.error();
  }
  return events;
}

std::unique_ptr<metrics::MapReader> EventReaderOf(const plan::MapPlan& map,
                                                  const kernel::ContainedObject& object,
                                                  const ConfigEvents& events) {
  const std::string& name = map.layout.name;
  const auto found = std::find_if(events.maps.begin(), events.maps.end(),
                                  [&](const ConfigEvents::Map& one) { return one.name == name; });
  if (IsBuffer(map.layout)) return kernel::MakeEventTableReader(found->table);
  return kernel::MakeQueueReader(object.Map(name).fd(), map.layout.max_entries,
                                 map.layout.value_size, found->table);
}

}  // namespace bpf_exporter::loader
