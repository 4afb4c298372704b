// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "exposition/page_writer.h"
#include "metrics/snapshot.h"

// The kinds of pages that there are. A new format is a value here, its content type and writer in
// format.cc, and the Accept headers that ask for it in negotiate.cc.
namespace bpf_exporter::exposition {

enum class Format { kText };  // 0.0.4
inline constexpr std::size_t kFormats = 1;

enum class Encoding { kIdentity, kGzip };
inline constexpr std::size_t kEncodings = 2;

struct PageKind {
  Format format = Format::kText;
  Encoding encoding = Encoding::kIdentity;
};

// Returns the value of the header Content-Type.
std::string_view ContentType(Format format);

// Returns the value of the header Content-Encoding; empty for identity, which has none.
std::string_view ContentEncoding(Encoding encoding);

// Writes `snapshot` in that format.
void WritePage(Format format, const metrics::Snapshot& snapshot, PageWriter& writer);

}  // namespace bpf_exporter::exposition
