// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exposition/format.h"
#include "exposition/page_writer.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::exposition {

// Writes snapshots in the text format 0.0.4, families sorted by name; those without series are
// left out.
class TextPage : public FormatWriter {
 public:
  explicit TextPage(const FormatOptions&) {}

  void Write(const metrics::Snapshot& snapshot, PageWriter& writer) override;
};

}  // namespace bpf_exporter::exposition
