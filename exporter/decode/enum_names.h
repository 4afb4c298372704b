// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decode/decoder.h"

namespace bpf_exporter::decode {

// Makes a decoder of an enum's numbers to its enumerators' names, for the short form; other numbers
// stay decimal.
std::shared_ptr<const Decoder> MakeEnumDecoder(
    std::vector<std::pair<std::string, std::int64_t>> enumerators, bool is_signed);

}  // namespace bpf_exporter::decode
