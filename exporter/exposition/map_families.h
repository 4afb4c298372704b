// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "exposition/page_writer.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::exposition {

// Writes the two lines before a family's samples.
void WriteHeader(std::string_view name, std::string_view help, std::string_view type,
                 PageWriter& writer);

// Writes the samples of a family that was made from maps.
void WriteSamples(const metrics::FamilySnapshot& family, PageWriter& writer);

}  // namespace bpf_exporter::exposition
