// SPDX-License-Identifier: Apache-2.0
#include "plan/map_checks.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>

#include "object/map_types.h"

namespace bpf_exporter::plan {
namespace {

constexpr std::uint32_t kCgrpStorage = 32;  // newer than Debian 12's header

// What the kernel asks of a kind of map before it makes one.
struct Rules {
  std::uint32_t type;
  enum class Entries { kSome, kNone, kAny } entries = Entries::kSome;
  enum class Key { kAny, kNone, kIndex } key = Key::kAny;
  enum class Value { kSome, kNone, kDescriptor } value = Value::kSome;
  bool hash = false;  // with buckets, of which there can be only so many
  // BPF_F_NO_PREALLOC is refused, may be there, or has to be.
  enum class OnDemand { kNever, kMay, kMust } on_demand = OnDemand::kNever;
};

using Entries = Rules::Entries;
using Key = Rules::Key;
using Value = Rules::Value;
using OnDemand = Rules::OnDemand;

constexpr std::array kRules = {
    Rules{.type = BPF_MAP_TYPE_HASH, .hash = true, .on_demand = OnDemand::kMay},
    Rules{.type = BPF_MAP_TYPE_PERCPU_HASH, .hash = true, .on_demand = OnDemand::kMay},
    Rules{.type = BPF_MAP_TYPE_LRU_HASH, .hash = true},
    Rules{.type = BPF_MAP_TYPE_LRU_PERCPU_HASH, .hash = true},
    Rules{.type = BPF_MAP_TYPE_HASH_OF_MAPS,
          .value = Value::kDescriptor,
          .hash = true,
          .on_demand = OnDemand::kMay},
    Rules{.type = BPF_MAP_TYPE_DEVMAP_HASH, .key = Key::kIndex, .hash = true},
    Rules{.type = BPF_MAP_TYPE_SOCKHASH, .hash = true},
    Rules{.type = BPF_MAP_TYPE_ARRAY, .key = Key::kIndex},
    Rules{.type = BPF_MAP_TYPE_PERCPU_ARRAY, .key = Key::kIndex},
    Rules{.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY,
          .entries = Entries::kAny,
          .key = Key::kIndex,
          .value = Value::kDescriptor},
    Rules{.type = BPF_MAP_TYPE_PROG_ARRAY, .key = Key::kIndex, .value = Value::kDescriptor},
    Rules{.type = BPF_MAP_TYPE_CGROUP_ARRAY, .key = Key::kIndex, .value = Value::kDescriptor},
    Rules{.type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .key = Key::kIndex, .value = Value::kDescriptor},
    Rules{.type = BPF_MAP_TYPE_DEVMAP, .key = Key::kIndex},
    Rules{.type = BPF_MAP_TYPE_CPUMAP, .key = Key::kIndex},
    Rules{.type = BPF_MAP_TYPE_XSKMAP, .key = Key::kIndex, .value = Value::kDescriptor},
    Rules{.type = BPF_MAP_TYPE_SOCKMAP, .key = Key::kIndex},
    Rules{.type = BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, .key = Key::kIndex},
    Rules{.type = BPF_MAP_TYPE_STACK_TRACE, .key = Key::kIndex},
    Rules{.type = BPF_MAP_TYPE_LPM_TRIE, .on_demand = OnDemand::kMust},
    Rules{.type = BPF_MAP_TYPE_QUEUE, .key = Key::kNone},
    Rules{.type = BPF_MAP_TYPE_STACK, .key = Key::kNone},
    Rules{.type = BPF_MAP_TYPE_BLOOM_FILTER, .key = Key::kNone},
    Rules{.type = BPF_MAP_TYPE_RINGBUF, .key = Key::kNone, .value = Value::kNone},
    Rules{.type = BPF_MAP_TYPE_USER_RINGBUF, .key = Key::kNone, .value = Value::kNone},
    Rules{.type = BPF_MAP_TYPE_CGROUP_STORAGE, .entries = Entries::kNone},
    Rules{.type = BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, .entries = Entries::kNone},
    Rules{.type = BPF_MAP_TYPE_SK_STORAGE,
          .entries = Entries::kNone,
          .key = Key::kIndex,
          .on_demand = OnDemand::kMust},
    Rules{.type = BPF_MAP_TYPE_INODE_STORAGE,
          .entries = Entries::kNone,
          .key = Key::kIndex,
          .on_demand = OnDemand::kMust},
    Rules{.type = BPF_MAP_TYPE_TASK_STORAGE,
          .entries = Entries::kNone,
          .key = Key::kIndex,
          .on_demand = OnDemand::kMust},
    Rules{.type = kCgrpStorage,
          .entries = Entries::kNone,
          .key = Key::kIndex,
          .on_demand = OnDemand::kMust},
};

bool IsRingBuffer(const object::MapLayout& map) {
  return map.type == BPF_MAP_TYPE_RINGBUF || map.type == BPF_MAP_TYPE_USER_RINGBUF;
}

// Returns whether all entries are there from the start. Those of others hold what a program or a
// process puts in.
bool IsAllocatedWhole(const object::MapLayout& map) {
  return map.type != BPF_MAP_TYPE_DEVMAP_HASH && map.type != BPF_MAP_TYPE_SOCKHASH &&
         map.type != BPF_MAP_TYPE_CGROUP_STORAGE && map.type != BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

std::string WrongEntries(const object::MapLayout& map, const Rules& rules,
                         const std::string& type) {
  constexpr std::uint32_t kMaxBuckets = UINT32_C(1) << 27;  // of 16 bytes, 2 GiB in all
  constexpr std::uint32_t kSmallestPage = 4096;
  if (rules.entries == Entries::kNone) {
    if (map.max_entries == 0) return "";
    return fmt::format("max_entries is {}, but {} maps have no number of entries; leave it out",
                       map.max_entries, type);
  }
  if (IsRingBuffer(map)) {
    if (map.max_entries == 0) return "max_entries is 0; for a buffer it is the size in bytes";
    if (std::has_single_bit(map.max_entries) && map.max_entries >= kSmallestPage) return "";
    return fmt::format(
        "max_entries is {}; for a {} it is the size in bytes, a power of two pages: "
        "4096, 8192, 16384 …",
        map.max_entries, type);
  }
  if (map.max_entries == 0) {
    if (rules.entries == Entries::kAny) return "";
    return fmt::format("max_entries is 0; {} maps need room for the entries that they will have",
                       type);
  }
  if (map.max_entries == UINT32_MAX) {
    return fmt::format(
        "max_entries is {} (2^32 - 1), which no {} map can have; give it the number of "
        "entries that it will have",
        map.max_entries, type);
  }
  if (rules.hash && map.max_entries > kMaxBuckets) {
    return fmt::format("max_entries is {}; {} maps have at most {}", map.max_entries, type,
                       kMaxBuckets);
  }
  return "";
}

std::string WrongKey(const object::MapLayout& map, const Rules& rules, const std::string& type) {
  constexpr std::uint32_t kLeastOfTrie = 5, kMostOfTrie = 4 + 256;
  if (rules.key == Key::kNone) {
    if (map.key_size == 0) return "";
    return fmt::format("keys of {}, but {} maps have none; leave the key out", Bytes(map.key_size),
                       type);
  }
  if (rules.key == Key::kIndex && map.key_size != 4) {
    return fmt::format("keys of {}; {} maps need 4: __type(key, __u32)", Bytes(map.key_size), type);
  }
  if (map.type == BPF_MAP_TYPE_LPM_TRIE &&
      (map.key_size < kLeastOfTrie || map.key_size > kMostOfTrie)) {
    return fmt::format(
        "keys of {}; those of an lpm_trie are a __u32, the length of the prefix in "
        "bits, and 1 to 256 bytes",
        Bytes(map.key_size));
  }
  if (map.key_size == 0) return fmt::format("no key; {} maps need one", type);
  return "";
}

std::string WrongValue(const object::MapLayout& map, const Rules& rules, const std::string& type) {
  constexpr std::uint32_t kMostOfCpu = 32'768;
  if (rules.value == Value::kNone) {
    if (map.value_size == 0) return "";
    return fmt::format("values of {}, but {} maps have none; leave the value out",
                       Bytes(map.value_size), type);
  }
  if (rules.value == Value::kDescriptor && map.value_size != 4) {
    return fmt::format("values of {}; those of a {} are descriptors of 4: __uint(value_size, 4)",
                       Bytes(map.value_size), type);
  }
  if (map.value_size == 0) return fmt::format("no value; {} maps need one", type);
  if (object::IsPerCpu(map.type) && map.value_size > kMostOfCpu) {
    return fmt::format("values of {}; those of a {} have at most {}", Bytes(map.value_size), type,
                       kMostOfCpu);
  }
  if (map.type == BPF_MAP_TYPE_STACK_TRACE && map.value_size % 8 != 0) {
    return fmt::format("values of {}; those of a stack_trace are addresses of 8 each",
                       Bytes(map.value_size));
  }
  return "";
}

std::string WrongFlags(const object::MapLayout& map, const Rules& rules, const std::string& type) {
  const bool on_demand = (map.flags & BPF_F_NO_PREALLOC) != 0;
  if (rules.on_demand == OnDemand::kMust && !on_demand) {
    return fmt::format("{} maps need __uint(map_flags, BPF_F_NO_PREALLOC)", type);
  }
  if (rules.on_demand == OnDemand::kNever && on_demand) {
    return fmt::format("{} maps cannot be with BPF_F_NO_PREALLOC{}", type,
                       IsAllocatedWhole(map) ? ": they are allocated whole" : "");
  }
  if ((map.flags & BPF_F_MMAPABLE) != 0 && map.type != BPF_MAP_TYPE_ARRAY) {
    return fmt::format("{} maps cannot be with BPF_F_MMAPABLE, which is for arrays", type);
  }
  const bool lru = map.type == BPF_MAP_TYPE_LRU_HASH || map.type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
  if ((map.flags & BPF_F_NO_COMMON_LRU) != 0 && !lru) {
    return fmt::format(
        "{} maps cannot be with BPF_F_NO_COMMON_LRU, which is for lru_hash and lru_percpu_hash",
        type);
  }
  return "";
}

// Returns where the configuration sets up the map or shows it, else where it names the object.
config::Position PlaceOf(const Scope& scope, const std::string& map) {
  for (const config::MapSpec& spec : scope.config.maps) {
    if (spec.name.value == map) return spec.name.at;
  }
  for (const config::MetricSpec& metric : scope.config.metrics) {
    const config::Text& name = metric.map.value.empty() ? metric.name : metric.map;
    if (name.value == map) return name.at;
  }
  return scope.config.object.at;
}

// Returns the remedy for what the object leaves to its own loader, which the key of `maps:` sets
// that begins with `prefix`; empty if that is not what is wrong.
std::string SettingFor(const object::MapLayout& map, const std::string& name,
                       std::string_view prefix) {
  std::string_view key;
  if (map.max_entries == 0) key = "max_entries";
  if (prefix.empty() && key.empty() && map.type == BPF_MAP_TYPE_STACK_TRACE &&
      map.value_size == 0) {
    key = "value_size";
  }
  if (key.empty()) return "";
  return fmt::format("; where the object's own loader sets it, 'maps: {{{}: {{{}{}: N}}}}' does",
                     name, prefix, key);
}

}  // namespace

std::string WhyImpossible(const object::MapLayout& map) {
  const auto rules = std::find_if(kRules.begin(), kRules.end(),
                                  [&](const Rules& one) { return one.type == map.type; });
  if (rules == kRules.end()) return "";
  const std::string type = object::MapTypeName(map.type);
  for (const auto wrong : {WrongEntries, WrongKey, WrongValue, WrongFlags}) {
    if (std::string why = wrong(map, *rules, type); !why.empty()) return why;
  }
  return "";
}

void CheckMaps(const Scope& scope) {
  for (const object::MapLayout& map : scope.object.maps) {
    std::string why = WhyImpossible(map);
    if (!why.empty()) {
      why += SettingFor(map, map.name, "");
    } else if (map.inner != nullptr) {
      why = WhyImpossible(*map.inner);
      if (why.empty()) continue;
      why = "the maps in it: " + why + SettingFor(*map.inner, map.name, "inner_");
    } else {
      continue;
    }
    scope.diagnostics.Error(
        PlaceOf(scope, map.name),
        fmt::format("{}: map '{}': {}", ObjectSubject(scope.object), map.name, why));
  }
}

void WarnOfLruCounters(const Scope& scope) {
  for (const config::MetricSpec& metric : scope.config.metrics) {
    if (metric.kind == config::MetricKind::kGauge) continue;
    const std::string& name = (metric.map.value.empty() ? metric.name : metric.map).value;
    const auto map = std::find_if(scope.object.maps.begin(), scope.object.maps.end(),
                                  [&](const auto& one) { return one.name == name; });
    if (map == scope.object.maps.end()) continue;
    const bool per_cpu = map->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
    if (map->type != BPF_MAP_TYPE_LRU_HASH && !per_cpu) continue;
    scope.diagnostics.Warning(
        metric.name.at,
        fmt::format("{}: map '{}' is of type {}: it makes room for new keys by deleting others, "
                    "long before it is full, and what those counted is lost; declare it as "
                    "BPF_MAP_TYPE_{}HASH and count the updates that it refuses when it is full",
                    Subject(metric), name, object::MapTypeName(map->type),
                    per_cpu ? "PERCPU_" : ""));
    return;
  }
}

}  // namespace bpf_exporter::plan
