// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bpf_exporter::metrics {

class SelfMetrics;

// Something that knows figures about the exporter itself. The collector asks each of its sources
// once at the end of every snapshot.
class FigureSource {
 public:
  virtual ~FigureSource() = default;

  // Sets in `self` what this source knows. Called by one thread at a time: the one that takes the
  // snapshot. What it throws fails the snapshot.
  virtual void Report(SelfMetrics& self) = 0;
};

}  // namespace bpf_exporter::metrics
