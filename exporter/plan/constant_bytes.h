// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "config/config.h"
#include "object/layout.h"

namespace bpf_exporter::plan {

// Why a value does not fit: the message without the constant's name, and its place in the file.
struct Misfit {
  std::string problem;
  config::Position at;
};

// Writes the bytes that `spec` gives a constant of that type, in the host's byte order, into
// `bytes`, which becomes as long as the type. Returns what does not fit; nothing if all does.
std::optional<Misfit> MakeConstantBytes(const object::Type& type, const config::ConstantSpec& spec,
                                        std::string& bytes);

}  // namespace bpf_exporter::plan
