// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <re2/re2.h>

#include <string>

namespace bpf_exporter::decode {

// Returns RE2's own words for what is wrong with `expression`. They differ between releases of RE2,
// so no test spells them out.
inline std::string Re2Says(const std::string& expression) {
  return re2::RE2(expression, re2::RE2::Quiet).error();
}

}  // namespace bpf_exporter::decode
