// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Numbers as configurations of ebpf_exporter write them; the whole text must be one.
namespace bpf_exporter::config {

enum class NumberProblem { kNone, kSyntax, kRange };

template <typename T>
struct Number {
  T value = 0;
  NumberProblem problem = NumberProblem::kNone;
  std::string remedy;  // of kSyntax: "; …" or nothing
};

// Reads a decimal, 0x, 0o or 0b integer with `_` between digits, or a float without a fraction.
// Refuses 010, because YAML 1.1 reads it as 8 and YAML 1.2 as 10.
Number<std::int64_t> ParseInteger(std::string_view text);

// Reads a finite number; kRange if it is infinite, not a number, or beyond what a double holds.
Number<double> ParseDouble(std::string_view text);

// Returns the nanoseconds of a Go duration ("1h30m", "1.5s", "0").
Number<std::int64_t> ParseDuration(std::string_view text);
// Returns the same, or the whole number of nanoseconds that `text` is.
Number<std::int64_t> ParseDurationOrNanoseconds(std::string_view text);

}  // namespace bpf_exporter::config
