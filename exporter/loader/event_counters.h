// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/load/contained_object.h"
#include "kernel/read/event_buffers.h"
#include "metrics/event_table.h"
#include "plan/plan.h"

namespace bpf_exporter::loader {

// The records that one configuration counts.
struct ConfigEvents {
  struct Map {
    std::string name;
    std::shared_ptr<metrics::EventTable> table;
  };
  std::vector<Map> maps;
  kernel::EventBuffers buffers;  // of those that are buffers; until an EventReader takes them over
};

// Opens the buffers of a loaded object, before its programs are attached: what a program sends to a
// perf event array without buffers is lost. `pages` are a perf buffer's, for each CPU.
Result<ConfigEvents> OpenEvents(const plan::ConfigPlan& plan, const kernel::ContainedObject& object,
                                std::uint32_t pages);

// Makes a reader of the map's counted records. `object` outlives it.
std::unique_ptr<metrics::MapReader> EventReaderOf(const plan::MapPlan& map,
                                                  const kernel::ContainedObject& object,
                                                  const ConfigEvents& events);

}  // namespace bpf_exporter::loader
