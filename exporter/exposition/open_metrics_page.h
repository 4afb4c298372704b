// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exposition/format.h"
#include "exposition/page_writer.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::exposition {

// Writes snapshots as OpenMetrics 1.0.0, families sorted as in the text format. Every series has
// the name that it has there.
class OpenMetricsPage : public FormatWriter {
 public:
  explicit OpenMetricsPage(const FormatOptions& options) : options_(options) {}

  void Write(const metrics::Snapshot& snapshot, PageWriter& writer) override;

 private:
  FormatOptions options_;
};

}  // namespace bpf_exporter::exposition
