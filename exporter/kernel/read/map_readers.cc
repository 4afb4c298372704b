// SPDX-License-Identifier: Apache-2.0
#include "kernel/read/map_readers.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include "kernel/read/array_reader.h"
#include "kernel/read/row_reader.h"
#include "object/map_types.h"

namespace bpf_exporter::kernel {

Result<std::unique_ptr<metrics::MapReader>> MakeMapReader(const MapHandle& map,
                                                          const object::MapLayout& layout,
                                                          std::shared_ptr<ReadBuffers> buffers,
                                                          const ReadOptions& options) {
  if (!object::HasRows(layout.type)) {
    return Error{fmt::format("map '{}': a {} map has no rows to read", layout.name,
                             object::MapTypeName(layout.type))};
  }
  if (map.fd() < 0) return Error{fmt::format("map '{}': not in the object", layout.name)};
  // The kernel's own numbers: a pinned map may differ from what the object says.
  bpf_map_info info{};
  std::uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(map.fd(), &info, &size) != 0) {
    return ErrnoError(fmt::format("map '{}': read its description", layout.name), errno);
  }
  int cpus = 1;
  std::uint32_t value_size = info.value_size;
  if (object::IsPerCpu(layout.type)) {
    cpus = libbpf_num_possible_cpus();
    if (cpus < 1) {
      return ErrnoError(fmt::format("map '{}': count the possible CPUs", layout.name), -cpus);
    }
    // Also where there is one CPU, its value is copied out rounded up.
    value_size = metrics::RowShape::Stride(value_size);
  }
  LoadedMap loaded{
      map.fd(), info.max_entries, {info.key_size, value_size, static_cast<std::uint32_t>(cpus)}};
  if (layout.type == BPF_MAP_TYPE_ARRAY && (info.map_flags & BPF_F_MMAPABLE) != 0 &&
      options.batches) {
    if (std::unique_ptr<metrics::MapReader> reader = MapArray(loaded)) return reader;
  }
  return std::unique_ptr<metrics::MapReader>(
      std::make_unique<RowReader>(loaded, std::move(buffers), options));
}

}  // namespace bpf_exporter::kernel
