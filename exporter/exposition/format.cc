// SPDX-License-Identifier: Apache-2.0
// Tests: page_cache_test.cc
#include "exposition/format.h"

#include "exposition/text_page.h"

namespace bpf_exporter::exposition {
namespace {

struct FormatRow {
  std::string_view content_type;
  void (*write)(const metrics::Snapshot& snapshot, PageWriter& writer);
};

// In the order of Format.
constexpr FormatRow kRows[kFormats] = {{kTextContentType, &WriteTextPage}};

const FormatRow& RowOf(Format format) { return kRows[static_cast<std::size_t>(format)]; }

}  // namespace

std::string_view ContentType(Format format) { return RowOf(format).content_type; }

std::string_view ContentEncoding(Encoding encoding) {
  return encoding == Encoding::kGzip ? "gzip" : "";
}

void WritePage(Format format, const metrics::Snapshot& snapshot, PageWriter& writer) {
  RowOf(format).write(snapshot, writer);
}

}  // namespace bpf_exporter::exposition
