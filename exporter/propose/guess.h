// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "object/layout.h"

// What names and types of an object let one guess. Every guess is shown as one.
namespace bpf_exporter::propose {

// Returns whether a number of that name goes down as well as up: "inflight", "queue_len".
bool IsGaugeName(std::string_view name);
// Returns whether a map or field of that name holds when something began: "start", "ts".
bool IsMomentName(std::string_view name);
// Returns whether a field of that name means nothing: "pad", "__unused".
bool IsPaddingName(std::string_view name);
// Returns whether the array of that name counts values by their size: "slots", "buckets".
bool IsBucketsName(std::string_view name);
// Returns whether it counts them by the whole part of their logarithm, as libbpf-tools do.
bool IsFloorBucketsName(std::string_view name);
// Returns whether a struct variable of that name is what new entries of a map begin with: "zero".
bool IsFirstValueName(std::string_view name);
// Returns whether a function of that name is none of any kernel, and the object's own loader puts
// another in its place: "dummy_open", "foo".
bool IsStandInName(std::string_view name);
// Returns whether a number of that name is the sum that belongs to buckets beside it.
bool IsSumName(std::string_view name);

// Returns whether the type is a pointer.
bool IsPointer(const object::Type& type);

// How to show the bytes of a field.
struct DecoderGuess {
  std::string decoders;  // in YAML: "[{name: cgroup}]"; empty: as its type says
  std::string why;       // for the comment; empty: no guess
};

// Returns the decoders of a key's field of that name and type. Nothing that the type cannot be.
DecoderGuess GuessDecoder(std::string_view name, const object::Type& type);

// Returns the unit's multiplier to seconds that a name tells by its end: "_us" 0.000001; 0 if none.
double SecondsIn(std::string_view name);

}  // namespace bpf_exporter::propose
