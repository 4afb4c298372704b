// SPDX-License-Identifier: Apache-2.0
// Tests: kernel_enum_test.cc
#include "object/kernel_enums.h"

#include <bpf/btf.h>

#include <cerrno>
#include <memory>

#include "object/btf_types.h"
#include "object/libbpf_log.h"

namespace bpf_exporter::object {

Result<std::map<std::string, EnumNames>> ReadEnums(const std::string& path,
                                                   const std::set<std::string>& names) {
  LibbpfLog quiet;
  const std::unique_ptr<btf, decltype(&btf__free)> parsed(btf__parse(path.c_str(), nullptr),
                                                          btf__free);
  if (parsed == nullptr) return ErrnoError("read BTF from '" + path + "'", errno);
  std::map<std::string, EnumNames> enums;
  BtfTypes types(parsed.get());
  const std::uint32_t count = btf__type_cnt(parsed.get());
  for (std::uint32_t id = 1; id < count; ++id) {
    const btf_type* source = btf__type_by_id(parsed.get(), id);
    if (source == nullptr || !btf_is_any_enum(source)) continue;
    const char* name = btf__name_by_offset(parsed.get(), source->name_off);
    if (name == nullptr || !names.contains(name) || enums.contains(name)) continue;
    EnumNames& found = enums[name];
    for (const auto& [enumerator, number] : types.Get(id)->enumerators) {
      found.emplace(number, enumerator);
    }
  }
  return enums;
}

}  // namespace bpf_exporter::object
