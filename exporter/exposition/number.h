// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// Numbers as the usual Prometheus clients print them, so that series and `le` texts stay the same
// when an exporter is replaced: the shortest digits that read back as the same number, in
// scientific notation with an exponent of at least two digits from 1e+06 up and below 0.0001.
// Each writes to `out`, which has room for kMaxNumberSize bytes, and returns the end.
namespace bpf_exporter::exposition {

constexpr std::size_t kMaxNumberSize = 32;

// The exact integer, also beyond the 53 bits of a double.
char* WriteUnsigned(std::uint64_t number, char* out);
char* WriteSigned(std::int64_t number, char* out);
char* WriteDouble(double number, char* out);

}  // namespace bpf_exporter::exposition
