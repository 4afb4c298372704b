// SPDX-License-Identifier: Apache-2.0
#include "exposition/page_cache.h"

#include <gtest/gtest.h>
#include <prometheus/metric_family.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "exposition/gzip.h"
#include "exposition/zstd.h"
#include "unit/exposition/snapshots.h"

namespace bpf_exporter::exposition {
namespace {

constexpr PageKind kIdentity = {Format::kText, Encoding::kIdentity};
constexpr PageKind kGzip = {Format::kText, Encoding::kGzip};
constexpr PageKind kZstd = {Format::kText, Encoding::kZstd};

TEST(PageCache, MakesAPageOncePerSnapshotAndEncoding) {
  CounterSnapshots snapshots(3);
  PageCache cache;
  const auto snapshot = snapshots.Take(7);
  const auto identity = cache.Get(snapshot, kIdentity);
  EXPECT_EQ(identity->body.view(), snapshots.Page(7));
  EXPECT_EQ(ContentType(identity->kind.format), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(ContentEncoding(identity->kind.encoding), "");
  EXPECT_EQ(cache.Get(snapshot, kIdentity), identity);

  const auto gzip = cache.Get(snapshot, kGzip);
  EXPECT_EQ(Gunzip(gzip->body), snapshots.Page(7));
  EXPECT_EQ(gzip->kind.format, Format::kText);
  EXPECT_EQ(ContentEncoding(gzip->kind.encoding), "gzip");
  EXPECT_EQ(cache.Get(snapshot, kGzip), gzip);

  const auto next = cache.Get(snapshots.Take(8), kIdentity);
  EXPECT_EQ(next->body.view(), snapshots.Page(8));
  EXPECT_EQ(identity->body.view(), snapshots.Page(7)) << "a page that is still being sent";
}

TEST(PageCache, CompressesWithoutAPlainPage) {
  CounterSnapshots snapshots(60'000);  // more than one piece
  PageCache cache;
  for (const std::uint64_t value : {1, 99999}) {
    EXPECT_EQ(Gunzip(cache.Get(snapshots.Take(value), kGzip)->body), snapshots.Page(value));
    EXPECT_EQ(Unzstd(cache.Get(snapshots.Take(value), kZstd)->body), snapshots.Page(value));
  }
}

TEST(PageCache, MakesEveryKindOfTheSamePage) {
  CounterSnapshots snapshots(5000);
  PageCache cache;
  for (const std::uint64_t value : {1, 2}) {
    const auto snapshot = snapshots.Take(value);
    for (const Format format :
         {Format::kText, Format::kText1, Format::kOpenMetrics, Format::kProtobuf}) {
      const std::string gzip = Gunzip(cache.Get(snapshot, {format, Encoding::kGzip})->body);
      EXPECT_EQ(cache.Get(snapshot, {format, Encoding::kIdentity})->body.view(), gzip);
      EXPECT_EQ(Unzstd(cache.Get(snapshot, {format, Encoding::kZstd})->body), gzip);
      EXPECT_EQ(gzip == snapshots.Page(value), format == Format::kText || format == Format::kText1);
    }
  }
}

// Others are asked for meanwhile, so that what the first one kept is given up.
TEST(PageCache, MakesAPageAgainThatNobodyWantedForLong) {
  CounterSnapshots snapshots(3);
  PageCache cache;
  const PageKind kinds[] = {{Format::kProtobuf, Encoding::kZstd}, {Format::kText, Encoding::kGzip}};
  for (const PageKind kind : {kinds[0], kinds[1], kinds[0]}) {
    for (std::uint64_t value = 0; value < 100; ++value) {
      const auto snapshot = snapshots.Take(value);
      const auto page = cache.Get(snapshot, kind);
      PageCache fresh;
      ASSERT_EQ(page->body.view(), fresh.Get(snapshot, kind)->body.view());
    }
  }
}

TEST(PageCache, AnswersForAnOlderSnapshotWithANewerPage) {
  CounterSnapshots snapshots(3);
  PageCache cache;
  const auto older = snapshots.Take(1);
  const auto page = cache.Get(snapshots.Take(2), kIdentity);
  EXPECT_EQ(cache.Get(older, kIdentity), page);
}

TEST(PageCache, MakesOnePageAtATimeAlsoForAnOlderSnapshotWhosePageIsGone) {
  CounterSnapshots snapshots(60'000);
  const auto older = snapshots.Take(1);
  const auto newer = snapshots.Take(2);
  const std::string older_page = snapshots.Page(1);
  const std::string newer_page = snapshots.Page(2);
  for (int i = 0; i < 30; ++i) {
    PageCache cache;
    cache.Get(older, kGzip);
    cache.Get(newer, kIdentity);  // lets go of the older page
    std::shared_ptr<const Page> page;
    std::thread maker([&] { page = cache.Get(newer, kGzip); });
    std::this_thread::sleep_for(std::chrono::microseconds(100) * i);  // into its making
    const auto meanwhile = cache.Get(older, kGzip);
    maker.join();
    EXPECT_EQ(Gunzip(page->body), newer_page);
    const std::string text = Gunzip(meanwhile->body);
    EXPECT_TRUE(text == older_page || text == newer_page);
  }
}

// Scrapes from several threads while snapshots follow each other; the pages that were older than
// the snapshot asked for by more than `behind`, or wrong.
int WrongPages(WhileMade while_made, std::uint64_t behind) {
  CounterSnapshots snapshots(2000);
  PageCache cache(while_made);
  std::mutex mutex;
  std::uint64_t value = 1;
  std::shared_ptr<const metrics::Snapshot> newest = snapshots.Take(value);
  std::atomic<int> wrong = 0;
  const auto scrape = [&](PageKind kind) {
    for (int i = 0; i < 60; ++i) {
      std::shared_ptr<const metrics::Snapshot> snapshot;
      std::uint64_t expected = 0;
      {
        const std::lock_guard lock(mutex);
        snapshot = newest;
        expected = value;
      }
      const auto page = cache.Get(snapshot, kind);
      const std::string text =
          kind.encoding == Encoding::kGzip ? Gunzip(page->body) : std::string(page->body.view());
      const std::uint64_t found = std::stoull(text.substr(text.rfind(' ')));
      if (found + behind < expected || text != snapshots.Page(found)) ++wrong;
    }
  };
  std::vector<std::thread> threads;
  for (const PageKind kind : {kGzip, kIdentity, kGzip}) {
    threads.emplace_back(scrape, kind);
  }
  for (int i = 0; i < 60; ++i) {
    const std::lock_guard lock(mutex);
    newest = snapshots.Take(++value);
  }
  for (std::thread& thread : threads) thread.join();
  return wrong;
}

TEST(PageCache, GivesEveryThreadAPageAtLeastAsNewAsItsSnapshot) {
  EXPECT_EQ(WrongPages(WhileMade::kWait, 0), 0);
}

TEST(PageCache, GivesNoPageOlderThanTheSnapshotBefore) {
  EXPECT_EQ(WrongPages(WhileMade::kOneBefore, 1), 0);
}

TEST(Compressors, CompressTextsOfAnySizeAndKind) {
  GzipCompressor gzip;
  ZstdCompressor zstd;
  std::mt19937 random(1);
  for (const std::size_t size : {0, 1, 100, 65536, 3'000'000}) {
    std::string text(size, 'x');
    for (char& c : text) c = static_cast<char>(random());  // does not get smaller
    for (Compressor* compressor :
         {static_cast<Compressor*>(&gzip), static_cast<Compressor*>(&zstd)}) {
      compressor->Start({});
      for (std::size_t at = 0; at < size; at += 100'000) {
        compressor->Add(std::string_view(text).substr(at, 100'000));
      }
      const TextBuffer compressed = compressor->Finish();
      EXPECT_EQ(compressor == &gzip ? Gunzip(compressed) : Unzstd(compressed), text);
    }
  }
}

}  // namespace
}  // namespace bpf_exporter::exposition
