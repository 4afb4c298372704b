// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "plan/label_bytes.h"

namespace bpf_exporter::plan {

using Decoders = std::vector<std::shared_ptr<const decode::Decoder>>;

// The decoders that a label names; for one that names none, what its BTF type asks for. Errors are
// reported; then nothing is returned.
std::optional<Decoders> MakeDecoders(const Scope& scope, const LabelBytes& bytes,
                                     const config::LabelSpec& label, const ByteRange& range);

// The decoders that `label` names, the first of which gets `size` bytes (0: not known).
std::optional<Decoders> MakeNamedDecoders(const Scope& scope, const config::LabelSpec& label,
                                          std::uint32_t size);

}  // namespace bpf_exporter::plan
