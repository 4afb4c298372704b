// SPDX-License-Identifier: Apache-2.0
// Tests: whose_test.py
#include "kernel/load/constants.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <cstring>

namespace bpf_exporter::kernel {

bool SetGlobal(bpf_object* object, const std::string& section, std::uint32_t offset,
               std::string_view bytes) {
  bpf_map* map = bpf_object__find_map_by_name(object, section.c_str());
  std::size_t size = 0;
  void* data = map == nullptr ? nullptr : const_cast<void*>(bpf_map__initial_value(map, &size));
  if (data == nullptr || offset + bytes.size() > size) return false;
  std::memcpy(static_cast<char*>(data) + offset, bytes.data(), bytes.size());
  return true;
}

Status SetConstants(const plan::ConfigPlan& plan, bpf_object* object) {
  for (const plan::ConstantPlan& constant : plan.constants) {
    if (!SetGlobal(object, constant.section, constant.offset, constant.bytes)) {
      return Error{fmt::format("constant '{}' cannot be set", constant.name)};
    }
  }
  return {};
}

}  // namespace bpf_exporter::kernel
