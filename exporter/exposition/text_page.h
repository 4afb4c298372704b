// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "exposition/page_writer.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::exposition {

inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

// Writes a snapshot in the text format 0.0.4, families sorted by name; those without series are
// left out.
void WriteTextPage(const metrics::Snapshot& snapshot, PageWriter& writer);

}  // namespace bpf_exporter::exposition
