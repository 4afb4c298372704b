// SPDX-License-Identifier: Apache-2.0
// Tests: page_cache_test.cc
#include "exposition/format.h"

#include "exposition/gzip.h"
#include "exposition/open_metrics_page.h"
#include "exposition/protobuf_page.h"
#include "exposition/text_page.h"
#include "exposition/zstd.h"

namespace bpf_exporter::exposition {
namespace {

template <typename Writer>
std::unique_ptr<FormatWriter> MakeWriter(const FormatOptions& options) {
  return std::make_unique<Writer>(options);
}

template <typename Made>
std::unique_ptr<Compressor> Make() {
  return std::make_unique<Made>();
}

struct FormatRow {
  std::string_view content_type;
  std::unique_ptr<FormatWriter> (*make)(const FormatOptions& options);
};

// In the order of Format. Names of metrics are plain ones, which every scheme of escaping leaves as
// they are.
constexpr FormatRow kFormatRows[kFormats] = {
    {"text/plain; version=0.0.4; charset=utf-8", &MakeWriter<TextPage>},
    {"text/plain; version=1.0.0; charset=utf-8; escaping=underscores", &MakeWriter<TextPage>},
    {"application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
     &MakeWriter<OpenMetricsPage>},
    {"application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
     &MakeWriter<ProtobufPage>},
};

struct EncodingRow {
  std::string_view name;
  std::unique_ptr<Compressor> (*make)();
};

// In the order of Encoding.
constexpr EncodingRow kEncodingRows[kEncodings] = {
    {"", nullptr},
    {"gzip", &Make<GzipCompressor>},
    {"zstd", &Make<ZstdCompressor>},
};

const FormatRow& RowOf(Format format) { return kFormatRows[static_cast<std::size_t>(format)]; }
const EncodingRow& RowOf(Encoding encoding) {
  return kEncodingRows[static_cast<std::size_t>(encoding)];
}

}  // namespace

std::string_view ContentType(Format format) { return RowOf(format).content_type; }

std::string_view ContentEncoding(Encoding encoding) { return RowOf(encoding).name; }

std::unique_ptr<FormatWriter> MakeFormatWriter(Format format, const FormatOptions& options) {
  return RowOf(format).make(options);
}

std::unique_ptr<Compressor> MakeCompressor(Encoding encoding) {
  const EncodingRow& row = RowOf(encoding);
  return row.make == nullptr ? nullptr : row.make();
}

}  // namespace bpf_exporter::exposition
