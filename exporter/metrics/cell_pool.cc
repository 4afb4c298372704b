// SPDX-License-Identifier: Apache-2.0
// Tests: memory_test.cc
#include "metrics/cell_pool.h"

#include <utility>

namespace bpf_exporter::metrics {
namespace {

// Whether keeping that much memory for `needed` cells would be a waste after a burst.
bool TooLarge(const SeriesCells& cells, std::size_t needed) {
  constexpr std::size_t kSmall = 4096;
  return cells.values.capacity() > 3 * needed + kSmall;
}

}  // namespace

std::unique_ptr<SeriesCells> CellPool::Take(std::size_t values, std::size_t series) {
  std::unique_ptr<SeriesCells> cells;
  {
    const std::lock_guard lock(mutex_);
    cells = std::move(spare_);
    needed_ = values;
  }
  if (cells == nullptr || TooLarge(*cells, values)) cells = std::make_unique<SeriesCells>();
  cells->values.assign(values, 0);
  cells->present.assign(series, 0);
  return cells;
}

std::shared_ptr<const SeriesCells> CellPool::Share(std::unique_ptr<SeriesCells> cells) {
  return {cells.release(), [pool = shared_from_this()](SeriesCells* returned) {
            pool->Return(std::unique_ptr<SeriesCells>(returned));
          }};
}

void CellPool::Return(std::unique_ptr<SeriesCells> cells) {
  const std::lock_guard lock(mutex_);
  if (!TooLarge(*cells, needed_)) spare_ = std::move(cells);
}

}  // namespace bpf_exporter::metrics
