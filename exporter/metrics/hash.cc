// SPDX-License-Identifier: Apache-2.0
// Tests: hash_index_test.cc
#include "metrics/hash.h"

#include <sys/random.h>

#include <chrono>

namespace bpf_exporter::metrics {

std::uint64_t HashSeed() {
  static const std::uint64_t seed = [] {
    std::uint64_t number = 0;
    if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number)) {
      number =
          static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    }
    return number;
  }();
  return seed;
}

}  // namespace bpf_exporter::metrics
