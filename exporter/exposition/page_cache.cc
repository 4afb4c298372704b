// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

#include "exposition/gzip.h"
#include "exposition/page.h"
#include "exposition/text_page.h"

namespace bpf_exporter::exposition {
namespace {

constexpr std::size_t kEncodings = 2;
constexpr auto kIdentity = static_cast<std::size_t>(Encoding::kIdentity);

// Keeps the memory of the last page that nobody holds any more: megabytes that would otherwise
// come from the system zeroed and page by page for every snapshot. Any thread.
class SpareBuffer {
 public:
  TextBuffer Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(buffer_, TextBuffer());
  }
  void Return(TextBuffer buffer) {
    const std::lock_guard lock(mutex_);
    if (buffer.capacity() > buffer_.capacity()) buffer_ = std::move(buffer);
  }

 private:
  std::mutex mutex_;
  TextBuffer buffer_;
};

// A page whose memory goes back to `spare` when the last holder lets go.
std::shared_ptr<const Page> SharePage(TextBuffer body, const char* encoding,
                                      std::shared_ptr<SpareBuffer> spare) {
  auto page = std::make_unique<Page>();
  page->content_type = kTextContentType;
  page->content_encoding = encoding;
  page->body = std::move(body);
  return {page.release(), [spare = std::move(spare)](Page* done) {
            const std::unique_ptr<Page> owned(done);
            spare->Return(std::move(owned->body));
          }};
}

}  // namespace

struct PageCache::State {
  struct Slot {
    std::uint64_t number = 0;  // of the snapshot
    std::shared_ptr<const Page> page;
    std::uint64_t asked_for = 0;  // the newest snapshot of which this encoding was wanted
    bool making = false;
    std::shared_ptr<SpareBuffer> spare = std::make_shared<SpareBuffer>();
  };

  std::shared_ptr<const Page> Make(const metrics::Snapshot& snapshot, Encoding encoding,
                                   std::shared_ptr<const Page> identity);
  void DropOlder(std::uint64_t number, const Slot& wanted);
  // Whether the page of `slot` can stand in for that of snapshot `number`.
  bool IsOneBefore(const Slot& slot, std::uint64_t number) const {
    return while_made == WhileMade::kOneBefore && slot.page != nullptr && slot.number + 1 >= number;
  }

  WhileMade while_made = WhileMade::kWait;
  std::mutex mutex;  // guards `slots`
  std::condition_variable made;
  std::array<Slot, kEncodings> slots;
  GzipCompressor compressor;  // by the thread that makes the gzip page
};

std::shared_ptr<const Page> PageCache::State::Make(const metrics::Snapshot& snapshot,
                                                   Encoding encoding,
                                                   std::shared_ptr<const Page> identity) {
  const auto& spare = slots[static_cast<std::size_t>(encoding)].spare;
  if (encoding == Encoding::kIdentity) {
    TextBuffer body = spare->Take();
    RenderTextPage(snapshot, body);
    return SharePage(std::move(body), "", spare);
  }
  compressor.Start(spare->Take());
  if (identity != nullptr) {
    compressor.Add(identity->body);
  } else {
    GzipWriter writer(compressor);
    WriteTextPage(snapshot, writer);
    writer.Flush();
  }
  return SharePage(compressor.Finish(), "gzip", spare);
}

// Lets go of pages of older snapshots, and of the memory for pages that nobody wants any more.
void PageCache::State::DropOlder(std::uint64_t number, const Slot& wanted) {
  for (Slot& slot : slots) {
    const bool stands_in = &slot == &wanted && IsOneBefore(slot, number);
    if (slot.number < number && !stands_in) slot.page.reset();
    if (slot.asked_for + 1 < number && !slot.making) slot.spare->Take();
  }
}

PageCache::PageCache(WhileMade while_made) : state_(std::make_unique<State>()) {
  state_->while_made = while_made;
}

PageCache::~PageCache() = default;

std::shared_ptr<const Page> PageCache::Get(const std::shared_ptr<const metrics::Snapshot>& snapshot,
                                           Encoding encoding) {
  State& state = *state_;
  State::Slot& slot = state.slots[static_cast<std::size_t>(encoding)];
  std::unique_lock lock(state.mutex);
  slot.asked_for = std::max(slot.asked_for, snapshot->number);
  if (slot.making && state.IsOneBefore(slot, snapshot->number)) return slot.page;
  const auto has_page = [&] { return slot.page != nullptr && slot.number >= snapshot->number; };
  state.made.wait(lock, [&] { return !slot.making || has_page(); });
  if (has_page()) return slot.page;

  state.DropOlder(snapshot->number, slot);
  const State::Slot& plain = state.slots[kIdentity];
  const std::shared_ptr<const Page> identity =
      plain.number == snapshot->number ? plain.page : nullptr;
  slot.making = true;
  lock.unlock();

  std::shared_ptr<const Page> page;
  std::exception_ptr failure;
  try {
    page = state.Make(*snapshot, encoding, identity);
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
  state.made.notify_all();
  if (failure != nullptr) std::rethrow_exception(failure);
  return page;
}

}  // namespace bpf_exporter::exposition
