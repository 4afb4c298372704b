// SPDX-License-Identifier: Apache-2.0
#include "exposition/page_cache.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "exposition/buffer_writer.h"

namespace bpf_exporter::exposition {
namespace {

// Returns a page whose memory goes back to `spare` when the last holder lets go.
std::shared_ptr<const Page> SharePage(PageKind kind, TextBuffer body,
                                      std::shared_ptr<SpareBuffer> spare) {
  auto page = std::make_unique<Page>();
  page->kind = kind;
  page->body = std::move(body);
  return {page.release(), [spare = std::move(spare)](Page* done) {
            const std::unique_ptr<Page> owned(done);
            spare->Return(std::move(owned->body));
          }};
}

TextBuffer MakePlain(Format format, const metrics::Snapshot& snapshot, TextBuffer body) {
  BufferWriter writer(std::move(body));
  WritePage(format, snapshot, writer);
  return writer.Finish();
}

// `plain` is the page without compression; null if there is none.
TextBuffer MakeGzip(Format format, const metrics::Snapshot& snapshot, const Page* plain,
                    GzipCompressor& compressor, TextBuffer body) {
  compressor.Start(std::move(body));
  if (plain != nullptr) {
    compressor.Add(plain->body);
  } else {
    GzipWriter writer(compressor);
    WritePage(format, snapshot, writer);
    writer.Flush();
  }
  return compressor.Finish();
}

}  // namespace

PageCache::Slot& PageCache::SlotOf(PageKind kind) {
  return slots_[static_cast<std::size_t>(kind.format) * kEncodings +
                static_cast<std::size_t>(kind.encoding)];
}

// Returns whether the page of `slot` can stand in for that of snapshot `number`.
bool PageCache::IsOneBefore(const Slot& slot, std::uint64_t number) const {
  return while_made_ == WhileMade::kOneBefore && slot.page != nullptr && slot.number + 1 >= number;
}

// Lets go of pages of older snapshots, and of the memory for pages that nobody wants any more.
void PageCache::DropOlder(std::uint64_t number, const Slot& wanted) {
  for (Slot& slot : slots_) {
    const bool stands_in = &slot == &wanted && IsOneBefore(slot, number);
    if (slot.number < number && !stands_in) slot.page.reset();
    if (slot.asked_for + 1 < number && !slot.making) slot.spare->Take();
  }
}

std::shared_ptr<const Page> PageCache::Get(const std::shared_ptr<const metrics::Snapshot>& snapshot,
                                           PageKind kind) {
  Slot& slot = SlotOf(kind);
  std::unique_lock lock(mutex_);
  slot.asked_for = std::max(slot.asked_for, snapshot->number);
  if (slot.making && IsOneBefore(slot, snapshot->number)) return slot.page;
  const auto has_page = [&] { return slot.page != nullptr && slot.number >= snapshot->number; };
  made_.wait(lock, [&] { return !slot.making || has_page(); });
  if (has_page()) return slot.page;

  DropOlder(snapshot->number, slot);
  const Slot& plain_slot = SlotOf({kind.format, Encoding::kIdentity});
  const std::shared_ptr<const Page> plain =
      plain_slot.number == snapshot->number ? plain_slot.page : nullptr;
  slot.making = true;
  lock.unlock();

  std::shared_ptr<const Page> page;
  std::exception_ptr failure;
  try {
    TextBuffer body = slot.spare->Take();
    body = kind.encoding == Encoding::kGzip
               ? MakeGzip(kind.format, *snapshot, plain.get(), slot.compressor, std::move(body))
               : MakePlain(kind.format, *snapshot, std::move(body));
    page = SharePage(kind, std::move(body), slot.spare);
  } catch (...) {
    failure = std::current_exception();
  }

  lock.lock();
  slot.making = false;
  if (page != nullptr) {
    slot.number = snapshot->number;
    slot.page = page;
  }
  lock.unlock();
  made_.notify_all();
  if (failure != nullptr) std::rethrow_exception(failure);
  return page;
}

}  // namespace bpf_exporter::exposition
