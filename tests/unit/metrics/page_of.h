// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exposition/buffer_writer.h"
#include "exposition/text_page.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::metrics {

// The snapshot as a page of text.
inline std::string PageOf(const Snapshot& snapshot) {
  exposition::BufferWriter writer{exposition::TextBuffer()};
  exposition::TextPage({}).Write(snapshot, writer);
  return std::string(writer.Finish().view());
}

}  // namespace bpf_exporter::metrics
