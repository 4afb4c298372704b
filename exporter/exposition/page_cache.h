// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "exposition/format.h"
#include "exposition/spare_buffer.h"
#include "exposition/text_buffer.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::exposition {

// A finished page. Immutable; as many scrapes as like may send it at once.
struct Page {
  PageKind kind;
  TextBuffer body;
};

// What a thread gets that asks for a page while another one makes it.
enum class WhileMade {
  kWait,       // the page, once it is there
  kOneBefore,  // the page of the snapshot before, if there is one; as had it asked a moment earlier
};

// Makes each page once for each snapshot, format and encoding, when it is first asked for. Any
// thread.
class PageCache {
 public:
  explicit PageCache(WhileMade while_made = WhileMade::kWait, const FormatOptions& options = {})
      : while_made_(while_made), options_(options) {}

  // Returns the page of `snapshot`, or of a newer one that has been asked for already, or as
  // WhileMade says. Throws std::bad_alloc.
  std::shared_ptr<const Page> Get(const std::shared_ptr<const metrics::Snapshot>& snapshot,
                                  PageKind kind);

 private:
  // The newest page of one kind.
  struct Slot {
    std::uint64_t number = 0;  // of the snapshot
    std::shared_ptr<const Page> page;
    std::uint64_t asked_for = 0;  // the newest snapshot of which this kind was wanted
    bool making = false;
    std::shared_ptr<SpareBuffer> spare = std::make_shared<SpareBuffer>();
    // By the thread that makes the page; null until the first one and after the last that was
    // wanted.
    std::unique_ptr<FormatWriter> writer;
    std::unique_ptr<Compressor> compressor;
  };

  TextBuffer Make(Slot& slot, PageKind kind, const metrics::Snapshot& snapshot,
                  const Page* plain) const;
  Slot& SlotOf(PageKind kind);
  bool IsOneBefore(const Slot& slot, std::uint64_t number) const;
  void DropOlder(std::uint64_t number, const Slot& wanted);

  const WhileMade while_made_;
  const FormatOptions options_;
  std::mutex mutex_;  // guards `slots_`
  std::condition_variable made_;
  std::array<Slot, kFormats * kEncodings> slots_;
};

}  // namespace bpf_exporter::exposition
