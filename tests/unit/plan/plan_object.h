// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The structs of tests/programs/plan.bpf.c as this compiler lays them out: where the fields
// must be, told by somebody else than BTF.
namespace bpf_exporter::plan {

struct Endpoint {
  std::uint32_t address;
  std::uint16_t port;
};

struct OpsKey {
  std::uint32_t device;
  std::uint8_t op;
  char comm[16];
  Endpoint peer;
  std::uint8_t mac[6];
  bool inbound;
  std::int32_t delta;
  std::uint32_t low : 4;
};

struct OpsValue {
  std::uint64_t ops;
  std::int64_t inflight;
  std::uint32_t small;
  std::int16_t drift;
  std::uint16_t flags : 3;
  std::uint32_t slots[8];
  std::uint64_t sum;
  double ratio;
  char name[8];
  Endpoint last;
};

struct LatencyKey {
  std::uint32_t device;
  std::uint32_t op;
  std::uint64_t bucket;
};

}  // namespace bpf_exporter::plan
