// SPDX-License-Identifier: Apache-2.0
// Tests: unresolvable_test.cc
#include "plan/extras.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "object/map_types.h"
#include "plan/expressions.h"
#include "plan/find_map.h"
#include "plan/labels.h"

namespace bpf_exporter::plan {
namespace {

constexpr std::uint32_t kCgrpStorage = 32;  // newer than Debian 12's header

void CheckKaddr(const Scope& scope, const config::Text& symbol) {
  const auto& globals = scope.object.globals;
  const std::string name = "kaddr_" + symbol.value;
  const auto found =
      std::find_if(globals.begin(), globals.end(),
                   [&](const object::GlobalLayout& one) { return one.name == name; });
  if (found == globals.end()) {
    scope.diagnostics.Error(
        symbol.at, fmt::format("{} has no variable {} for the address; declare it as const "
                               "volatile __u64 and use it",
                               ObjectSubject(scope.object), Quoted(name)));
  } else if (found->size != 8) {
    scope.diagnostics.Error(
        symbol.at, fmt::format("variable '{}' has {} bytes; an address has 8", name, found->size));
  }
}

}  // namespace

void CheckKaddrs(const Scope& scope) {
  for (const config::Text& symbol : scope.config.kaddrs) CheckKaddr(scope, symbol);
}

void CheckCgroupIdMap(const Scope& scope) {
  if (!scope.config.cgroup_id_map) return;
  const config::CgroupIdMapSpec& spec = *scope.config.cgroup_id_map;
  for (const config::Text& pattern : spec.regexps) {
    CompileExpression(scope, "cgroup_id_map", pattern);
  }
  const object::MapLayout* map = FindMap(scope, spec.name);
  if (map == nullptr) return;
  const bool hash = spec.type == config::CgroupMapType::kHash;
  const std::uint32_t key_size = hash ? 8 : 4;
  const bool fits = hash ? map->type == BPF_MAP_TYPE_HASH || map->type == BPF_MAP_TYPE_LRU_HASH
                         : map->type == kCgrpStorage;
  if (!fits) {
    scope.diagnostics.Error(
        spec.name.at,
        fmt::format("map '{}' is of type {}, but cgroup_id_map asks for {}", map->name,
                    object::MapTypeName(map->type), hash ? "a hash" : "cgrp_storage"));
  } else if (map->key_size != key_size || map->value_size != 8) {
    scope.diagnostics.Error(
        spec.name.at, fmt::format("map '{}' has keys of {} and values of {} bytes; cgroup_id_map "
                                  "needs {} and 8",
                                  map->name, map->key_size, map->value_size, key_size));
  }
}

void CheckSpans(const Scope& scope) {
  if (scope.config.spans.empty()) return;
  scope.diagnostics.Warning(scope.config.spans.front().ringbuf.at, "spans are not exported yet");
  for (const config::SpanSpec& span : scope.config.spans) {
    const object::MapLayout* map = FindMap(scope, span.ringbuf);
    if (map == nullptr) {
      CheckDecoders(scope, span.labels);
    } else if (map->type != BPF_MAP_TYPE_RINGBUF) {
      scope.diagnostics.Error(span.ringbuf.at,
                              fmt::format("map '{}' is of type {}; spans come from a ringbuf",
                                          map->name, object::MapTypeName(map->type)));
    } else {
      const LabelBytes record{fmt::format("a record of map '{}'", map->name)};
      ResolveLabels(scope, record, span.labels, LastLabel::kExposed);
    }
  }
}

}  // namespace bpf_exporter::plan
