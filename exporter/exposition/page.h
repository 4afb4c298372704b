// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "exposition/text_buffer.h"
#include "metrics/snapshot.h"

namespace bpf_exporter::exposition {

enum class Encoding { kIdentity, kGzip };

// A finished page. Immutable; as many scrapes as like may send it at once.
struct Page {
  std::string content_type;
  std::string content_encoding;  // empty for identity
  TextBuffer body;
};

// What a thread gets that asks for a page while another one makes it.
enum class WhileMade {
  kWait,       // the page, once it is there
  kOneBefore,  // the page of the snapshot before, if there is one; as had it asked a moment earlier
};

// Makes each page once per snapshot and encoding, when it is first asked for. Any thread.
class PageCache {
 public:
  explicit PageCache(WhileMade while_made = WhileMade::kWait);
  ~PageCache();
  // The page of `snapshot`, or of a newer one that has been asked for already, or as WhileMade
  // says. Throws std::bad_alloc.
  std::shared_ptr<const Page> Get(const std::shared_ptr<const metrics::Snapshot>& snapshot,
                                  Encoding encoding);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The encoding to answer an Accept-Encoding header with, by its q values (RFC 9110, 12.5.3).
Encoding ChooseEncoding(std::string_view accept_encoding);

}  // namespace bpf_exporter::exposition
