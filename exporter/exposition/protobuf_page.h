// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "exposition/encoded_labels.h"
#include "exposition/page_writer.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::exposition {

inline constexpr std::string_view kProtobufContentType =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

// Writes snapshots as messages io.prometheus.client.MetricFamily, each after its length, sorted by
// name; families without series are left out. Keeps the encoded labels, about as much memory as a
// page takes, for the next page. By one thread at a time.
class ProtobufPage {
 public:
  void Write(const metrics::Snapshot& snapshot, PageWriter& writer);

 private:
  EncodedLabels labels_;
};

}  // namespace bpf_exporter::exposition
