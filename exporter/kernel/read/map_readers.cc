// SPDX-License-Identifier: Apache-2.0
#include "kernel/read/map_readers.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include "kernel/read/array_reader.h"
#include "kernel/read/row_reader.h"
#include "object/map_types.h"

namespace bpf_exporter::kernel {
Result<std::unique_ptr<metrics::MapReader>> MakeMapReader(int fd, const object::MapLayout& layout,
                                                          std::shared_ptr<ReadBuffers> buffers,
                                                          const ReadOptions& options) {
  if (!object::HasRows(layout.type)) {
    return Error{fmt::format("map '{}': a {} map has no rows to read", layout.name,
                             object::MapTypeName(layout.type))};
  }
  // The kernel's own numbers: a pinned map may differ from what the object says.
  bpf_map_info info{};
  std::uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) {
    return ErrnoError(fmt::format("map '{}': read its description", layout.name), errno);
  }
  RowShape shape;
  shape.map = layout.name;
  shape.fd = fd;
  shape.key_size = info.key_size;
  shape.value_size = info.value_size;
  shape.max_entries = info.max_entries;
  if (object::IsPerCpu(layout.type)) {
    const int cpus = libbpf_num_possible_cpus();
    if (cpus < 1) {
      return ErrnoError(fmt::format("map '{}': count the possible CPUs", layout.name), -cpus);
    }
    shape.cpus = static_cast<std::uint32_t>(cpus);
    shape.value_stride = std::size_t{(info.value_size + 7) / 8 * 8} * shape.cpus;
  } else {
    shape.value_stride = info.value_size;
  }
  if (layout.type == BPF_MAP_TYPE_ARRAY && (info.map_flags & BPF_F_MMAPABLE) != 0 &&
      options.batches) {
    if (std::unique_ptr<metrics::MapReader> reader = MapArray(shape)) return reader;
  }
  return std::unique_ptr<metrics::MapReader>(
      std::make_unique<RowReader>(std::move(shape), std::move(buffers), options));
}

}  // namespace bpf_exporter::kernel
