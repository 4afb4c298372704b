#include "config_events.h"

#include <algorithm>
#include <utility>

#include "kernel/event_map_readers.h"

namespace bpf_exporter {
namespace {

bool IsBuffer(const MapLayout& map) {
  return map.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY || map.type == BPF_MAP_TYPE_RINGBUF;
}

}  // namespace

Result<ConfigEvents> OpenEvents(const ConfigPlan& plan, const LoadedObject& object,
                                std::uint32_t pages) {
  ConfigEvents events;
  for (const MapPlan& map : plan.maps) {
    if (!map.events) continue;
    auto table = std::make_shared<EventTable>(map.events->record_size, map.events->max_keys,
                                              map.events->flush_interval);
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
