// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "exposition/compressor.h"
#include "exposition/page_writer.h"
#include "metrics/snapshot.h"

// The kinds of pages that there are. A new format or encoding is a value here and a row in
// format.cc; what clients call it is in negotiate.cc.
namespace bpf_exporter::exposition {

enum class Format {
  kText,         // 0.0.4
  kText1,        // text 1.0.0: the same page, as all names are plain ones
  kOpenMetrics,  // 1.0.0
  kProtobuf,     // delimited io.prometheus.client.MetricFamily
};
inline constexpr std::size_t kFormats = 4;

enum class Encoding { kIdentity, kGzip, kZstd };
inline constexpr std::size_t kEncodings = 3;

struct PageKind {
  Format format = Format::kText;
  Encoding encoding = Encoding::kIdentity;
};

// Returns the value of the header Content-Type.
std::string_view ContentType(Format format);

// Returns the value of the header Content-Encoding; empty for identity, which has none.
std::string_view ContentEncoding(Encoding encoding);

// Writes snapshots in one format, and may keep from one to the next what makes that cheaper. By one
// thread at a time.
class FormatWriter {
 public:
  virtual ~FormatWriter() = default;
  // Throws std::bad_alloc.
  virtual void Write(const metrics::Snapshot& snapshot, PageWriter& writer) = 0;
};

// What of a format is the user's choice.
struct FormatOptions {
  bool created_lines = true;  // of OpenMetrics: since when a series is counted
};

std::unique_ptr<FormatWriter> MakeFormatWriter(Format format, const FormatOptions& options = {});

// Returns null for identity.
std::unique_ptr<Compressor> MakeCompressor(Encoding encoding);

}  // namespace bpf_exporter::exposition
