// SPDX-License-Identifier: Apache-2.0
// Tests: map_settings_test.cc
#include "kernel/load/map_settings.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace bpf_exporter::kernel {
namespace {

// Returns 0, or libbpf's errno, as the others do.
int SetEntries(bpf_map* map, const object::MapLayout& layout) {
  if (bpf_map__max_entries(map) == layout.max_entries) return 0;
  return -bpf_map__set_max_entries(map, layout.max_entries);
}

int SetValueSize(bpf_map* map, const object::MapLayout& layout) {
  if (bpf_map__value_size(map) == layout.value_size) return 0;
  return -bpf_map__set_value_size(map, layout.value_size);
}

// libbpf 1.1 crashes when the size of an inner map is set, but takes a map that stands for it.
int SetInner(bpf_map* map, const object::MapLayout& layout, std::vector<Fd>& inner_maps) {
  if (layout.inner == nullptr) return 0;
  const object::MapLayout& inner = *layout.inner;
  if (bpf_map__max_entries(bpf_map__inner_map(map)) == inner.max_entries) return 0;
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = inner.flags);
  Fd fd(bpf_map_create(static_cast<bpf_map_type>(inner.type), "inner", inner.key_size,
                       inner.value_size, inner.max_entries, &options));
  if (!fd.valid()) return errno;
  const int error = -bpf_map__set_inner_map_fd(map, fd.get());
  if (error == 0) inner_maps.push_back(std::move(fd));
  return error;
}

int SetPin(bpf_map* map, const object::MapLayout& layout) {
  const char* pin = bpf_map__pin_path(map);
  if (layout.pin == std::string_view(pin == nullptr ? "" : pin)) return 0;
  return -bpf_map__set_pin_path(map, layout.pin.empty() ? nullptr : layout.pin.c_str());
}

}  // namespace

Status SetMaps(const plan::ConfigPlan& plan, bpf_object* object, std::vector<Fd>& inner_maps) {
  for (const object::MapLayout& layout : plan.object.maps) {
    bpf_map* map = bpf_object__find_map_by_name(object, layout.name.c_str());
    if (map == nullptr) continue;
    int error = SetEntries(map, layout);
    if (error == 0) error = SetValueSize(map, layout);
    if (error == 0) error = SetInner(map, layout, inner_maps);
    if (error == 0) error = SetPin(map, layout);
    if (error != 0) return ErrnoError(fmt::format("map '{}': set", layout.name), error);
  }
  return {};
}

}  // namespace bpf_exporter::kernel
