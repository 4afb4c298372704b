// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/text_buffer.h"
#include "metrics/family_snapshot.h"

namespace bpf_exporter::exposition {

// Keeps the labels of every series as they are in a Metric of protobuf, from one page to the next:
// taking them apart each time would cost more than all the rest of a series. By one thread at a
// time.
class EncodedLabels {
 public:
  // Hands out the labels of series number 0, 1 … Valid until the next call of Of().
  class Cursor {
   public:
    Cursor(const char* bytes, const std::uint32_t* sizes) : next_(bytes), size_(sizes) {}
    std::string_view Next() {
      const std::string_view labels(next_, *size_++);
      next_ += labels.size();
      return labels;
    }

   private:
    const char* next_;
    const std::uint32_t* size_;
  };

  // Returns the labels of all series of `family`, which has at least one. Encodes those that are
  // new. Throws std::bad_alloc.
  Cursor Of(const metrics::FamilySnapshot& family);

  // Forgets the labels of families that no snapshot holds any more.
  void ForgetVanished();

 private:
  struct Kept {
    explicit Kept(const std::shared_ptr<const metrics::TextArena>& arena)
        : texts(arena), next(*arena) {}
    std::weak_ptr<const metrics::TextArena> texts;
    metrics::TextArena::Cursor next;   // the text of the first series that is not encoded yet
    TextBuffer bytes;                  // the labels of one series after the other
    std::vector<std::uint32_t> sizes;  // in bytes, by series
  };

  void Append(Kept& kept, metrics::LabelSet labels);

  std::map<const metrics::TextArena*, Kept> kept_;
  std::string series_;  // the labels of the series at hand
};

}  // namespace bpf_exporter::exposition
