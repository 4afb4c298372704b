// SPDX-License-Identifier: Apache-2.0
// Tests: externs_test.cc
#include "kernel/load/kernel_config.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace bpf_exporter::kernel {
namespace {

// Which values libbpf takes depends on the type, so there is no line that makes all of them 0.
std::string_view ZeroOf(const btf* types, std::uint32_t id) {
  const btf_type* type =
      btf__type_by_id(types, static_cast<std::uint32_t>(btf__resolve_type(types, id)));
  if (type == nullptr) return "0";
  if (btf_is_array(type)) return "\"\"";
  const bool is_bool = btf_is_int(type) && (btf_int_encoding(type) & BTF_INT_BOOL) != 0;
  return is_bool || btf_is_any_enum(type) ? "n" : "0";
}

}  // namespace

std::vector<KernelOption> KernelOptions(const bpf_object* object) {
  std::vector<KernelOption> options;
  const btf* types = bpf_object__btf(object);
  const int id =
      types == nullptr ? -1 : btf__find_by_name_kind(types, ".kconfig", BTF_KIND_DATASEC);
  if (id < 0) return options;
  const btf_type* section = btf__type_by_id(types, static_cast<std::uint32_t>(id));
  const btf_var_secinfo* variables = btf_var_secinfos(section);
  for (int i = 0; i < btf_vlen(section); ++i) {
    const btf_type* variable = btf__type_by_id(types, variables[i].type);
    const std::string name = btf__name_by_offset(types, variable->name_off);
    if (!name.starts_with("CONFIG_")) continue;
    options.push_back({name, name + "=" + std::string(ZeroOf(types, variable->type))});
  }
  std::sort(options.begin(), options.end(),
            [](const KernelOption& a, const KernelOption& b) { return a.name < b.name; });
  return options;
}

}  // namespace bpf_exporter::kernel
