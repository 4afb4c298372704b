// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/scope.h"

namespace bpf_exporter::plan {

// The bytes that labels are taken from: a map's key, or a record.
struct LabelBytes {
  std::string what;                          // "the key of map 'bio'"
  std::shared_ptr<const object::Type> type;  // null without BTF
  std::uint32_t size = 0;                    // 0: records, which may be of any size
  bool per_cpu = false;  // each CPU has a row of its own; a label can tell which
};

// Where a label's bytes are.
struct ByteRange {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::shared_ptr<const object::Type> type;  // null if BTF has none for exactly these bytes
};

// Finds the bytes of each label. Labels that all have a size lie one after the other, whatever
// their names are, and fill the bytes to the last one, as in ebpf_exporter. If one has no size, all
// are found by their field's name. Errors are reported; then nothing is returned.
std::optional<std::vector<ByteRange>> FindLabelRanges(
    const Scope& scope, const LabelBytes& bytes,
    const std::vector<const config::LabelSpec*>& labels);

// The bytes that labels take which lie one after the other.
std::uint64_t TakenBytes(const std::vector<const config::LabelSpec*>& labels);
// Whether labels lie one after the other.
bool AreSized(const std::vector<const config::LabelSpec*>& labels);

}  // namespace bpf_exporter::plan
