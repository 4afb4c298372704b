// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include "metrics/family_snapshot.h"

namespace bpf_exporter::metrics {

// Keeps the cells of one snapshot that nobody holds any more for the next one, so that a steady
// snapshot takes no memory from the system. Any thread.
class CellPool : public std::enable_shared_from_this<CellPool> {
 public:
  // Cells for that many values and series, all 0.
  std::unique_ptr<SeriesCells> Take(std::size_t values, std::size_t series);
  // Lets `cells` be shared; they come back when the last holder lets go.
  std::shared_ptr<const SeriesCells> Share(std::unique_ptr<SeriesCells> cells);

 private:
  void Return(std::unique_ptr<SeriesCells> cells);

  std::mutex mutex_;
  std::unique_ptr<SeriesCells> spare_;
  std::size_t needed_ = 0;  // values of the last Take
};

}  // namespace bpf_exporter::metrics
