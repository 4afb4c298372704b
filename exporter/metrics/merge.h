// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace bpf_exporter::metrics {

// Merges `value` into the number of a series. Whatever has several values for one series comes
// here: the CPUs of a row, rows with equal labels, the elements of an array that share a bucket.
// Values are added in two's complement, which is exact for signed ones, too. A number begins as 0,
// which another way of merging (the greatest value) would have to change in SeriesCells.
inline void Merge(std::uint64_t value, std::uint64_t& number) { number += value; }

}  // namespace bpf_exporter::metrics
