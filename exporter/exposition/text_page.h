// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exposition/page_writer.h"
#include "exposition/text_buffer.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::exposition {

inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

// Writes a snapshot in the text format 0.0.4, families sorted by name; a family without series is
// left out. Families of the same name share one header.
void WriteTextPage(const metrics::Snapshot& snapshot, PageWriter& writer);

// The same into `page`, whose memory is reused.
void RenderTextPage(const metrics::Snapshot& snapshot, TextBuffer& page);

}  // namespace bpf_exporter::exposition
