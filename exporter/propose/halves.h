// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace bpf_exporter::propose {

// Takes the parts from `first` on, without `last`, in their order and as many at once as fit:
// `take(first, last)` returns whether it could take all these. Where it could not it gets the first
// half and then the other, and so on, and of one part it has to make the best itself. So a few
// parts that do not fit cost few trials, however many do.
template <typename Take>
void TakeInHalves(std::size_t first, std::size_t last, const Take& take) {
  if (first == last || take(first, last) || last - first == 1) return;
  const std::size_t middle = first + (last - first) / 2;
  TakeInHalves(first, middle, take);
  TakeInHalves(middle, last, take);
}

}  // namespace bpf_exporter::propose
