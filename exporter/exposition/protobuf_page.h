// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exposition/encoded_labels.h"
#include "exposition/format.h"
#include "exposition/page_writer.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::exposition {

// Writes snapshots as messages io.prometheus.client.MetricFamily, each after its length, sorted by
// name; families without series are left out. Keeps the encoded labels, about as much memory as a
// page takes, for the next page.
class ProtobufPage : public FormatWriter {
 public:
  explicit ProtobufPage(const FormatOptions&) {}

  void Write(const metrics::Snapshot& snapshot, PageWriter& writer) override;

 private:
  EncodedLabels labels_;
};

}  // namespace bpf_exporter::exposition
