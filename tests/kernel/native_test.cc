// SPDX-License-Identifier: Apache-2.0
// The native histograms of programs/bx_native.bpf.h on this kernel. tests/e2e/native_test.py
// compares every bound with exact arithmetic; a guest has no Python, so this looks at the bounds
// that are plain: powers of two.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

using Native = KernelTest;
using Counts = std::vector<std::uint64_t>;

constexpr std::size_t kValuesAPacket = 400;  // as in native.bpf.c

// The program `observe`, which waits for an interface that does not come.
int ProgramFd(const LoadedObject& object) {
  for (const metrics::ProgramStatus& program : object.programs()) {
    if (program.name == "observe") return bpf_prog_get_fd_by_id(program.id);
  }
  return -1;
}

void Observe(int program, std::vector<std::uint64_t> values) {
  while (values.size() % kValuesAPacket != 0) values.push_back(0);
  for (std::size_t at = 0; at < values.size(); at += kValuesAPacket) {
    LIBBPF_OPTS(bpf_test_run_opts, run);
    run.data_in = &values[at];
    run.data_size_in = kValuesAPacket * sizeof(values[0]);
    run.repeat = 1;
    ASSERT_EQ(bpf_prog_test_run_opts(program, &run), 0);
  }
}

// The buckets of a histogram in a per-CPU array, of all CPUs together.
Counts Read(const LoadedObject& object, const std::string& map, std::size_t buckets) {
  const std::size_t size = buckets + 1;  // with the sum
  const auto cpus = static_cast<std::size_t>(libbpf_num_possible_cpus());
  Counts values(size * cpus);
  const std::uint32_t zero = 0;
  EXPECT_EQ(bpf_map_lookup_elem(object.Map(map).fd(), &zero, values.data()), 0) << map;
  Counts counts(buckets);
  for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
    for (std::size_t i = 0; i < buckets; ++i) counts[i] += values[cpu * size + i];
  }
  return counts;
}

TEST_F(Native, CountsBoundsInTheBucketBelowThem) {
  const LoadedObject* object = Load(
      PlanOf("native", {"units_0"}, {Probe("observe", config::ProbeKind::kXdp, {"no_such_*"})}));
  ASSERT_NE(object, nullptr);
  const int program = ProgramFd(*object);
  ASSERT_GE(program, 0);
  // 2^6 … 2^62 bytes, and 2^-9 … 2^33 seconds as nanoseconds, each with what is just above it.
  constexpr std::uint64_t kBillion = 1'000'000'000;
  std::vector<std::uint64_t> values;
  for (int exponent = 6; exponent <= 62; ++exponent) {
    values.push_back(std::uint64_t{1} << exponent);
    values.push_back(values.back() + 1);
  }
  const std::size_t bytes = values.size();
  for (int exponent = -9; exponent <= 33; ++exponent) {
    values.push_back(exponent < 0 ? kBillion >> -exponent : kBillion << exponent);
    values.push_back(values.back() + 1);
  }
  Observe(program, {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(bytes)});
  for (std::uint32_t schema = 0; schema < 4; ++schema) {
    const std::string map = "units_" + std::to_string(schema);
    const Counts counts = Read(*object, map, (63u << schema) + 2);
    for (std::uint32_t exponent = 6; exponent <= 62; ++exponent) {
      const std::uint32_t bucket = (exponent + 1) << schema;  // the first bound is 2^-1
      // With one bucket a doubling, the value above the bound before is there too.
      const std::uint64_t both = schema == 0 && exponent > 6 ? 2 : 1;
      EXPECT_EQ(counts[bucket], both) << map << " 2^" << exponent;
      if (schema > 0 || exponent == 62) {
        EXPECT_EQ(counts[bucket + 1], 1u) << map << " above 2^" << exponent;
      }
    }
    EXPECT_EQ(std::accumulate(counts.begin() + 1, counts.end(), std::uint64_t{0}), bytes) << map;
  }

  const std::array<Counts, 4> before = {
      Read(*object, "seconds_0", 64), Read(*object, "seconds_1", 126),
      Read(*object, "seconds_2", 250), Read(*object, "seconds_3", 498)};
  Observe(program, {values.begin() + static_cast<std::ptrdiff_t>(bytes), values.end()});
  for (std::uint32_t schema = 0; schema < 4; ++schema) {
    const std::string map = "seconds_" + std::to_string(schema);
    Counts counts = Read(*object, map, (62u << schema) + 2);
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] -= before[schema][i];
    for (int exponent = -9; exponent <= 33; ++exponent) {
      const auto bucket = static_cast<std::size_t>(exponent + 29) << schema;
      const std::uint64_t both = schema == 0 && exponent > -9 ? 2 : 1;
      EXPECT_EQ(counts[bucket], both) << map << " 2^" << exponent;
      if (schema > 0 || exponent == 33) {
        EXPECT_EQ(counts[bucket + 1], 1u) << map << " above 2^" << exponent;
      }
    }
  }
  close(program);
}

}  // namespace
}  // namespace bpf_exporter::kernel
