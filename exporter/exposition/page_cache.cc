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

// Snapshots after which what makes pages of one kind cheaper is given up if nobody asked for one.
// Some minutes, for servers ask for other kinds and more seldom than snapshots are taken.
constexpr std::uint64_t kUnwanted = 64;

}  // namespace

// Makes the page of that kind. `plain` is the page without compression; null if there is none.
TextBuffer PageCache::Make(Slot& slot, PageKind kind, const metrics::Snapshot& snapshot,
                           const Page* plain) const {
  if (slot.writer == nullptr && plain == nullptr) {
    slot.writer = MakeFormatWriter(kind.format, options_);
  }
  if (slot.compressor == nullptr) slot.compressor = MakeCompressor(kind.encoding);
  if (slot.compressor == nullptr) {
    BufferWriter writer(slot.spare->Take());
    slot.writer->Write(snapshot, writer);
    return writer.Finish();
  }
  slot.compressor->Start(slot.spare->Take());
  if (plain != nullptr) {
    slot.compressor->Add(plain->body);
  } else {
    CompressingWriter writer(*slot.compressor);
    slot.writer->Write(snapshot, writer);
    writer.Flush();
  }
  return slot.compressor->Finish();
}

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
    if (slot.making) continue;
    if (slot.asked_for + 1 < number) slot.spare->Take();
    if (slot.asked_for + kUnwanted < number) {
      slot.writer.reset();
      slot.compressor.reset();
    }
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
    page = SharePage(kind, Make(slot, kind, *snapshot, plain.get()), slot.spare);
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
