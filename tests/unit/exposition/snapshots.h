// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "metrics/collector.h"
#include "unit/metrics/fakes.h"

namespace bpf_exporter::exposition {

// What zlib, which is not what compressed it, makes of a gzip text.
inline std::string Gunzip(std::string_view compressed) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::runtime_error("inflateInit2");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string text;
  int result = Z_OK;
  while (result == Z_OK) {
    char piece[65536];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof(piece);
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(piece, sizeof(piece) - stream.avail_out);
  }
  inflateEnd(&stream);
  if (result != Z_STREAM_END || stream.avail_in != 0) {
    throw std::runtime_error("not one gzip member");
  }
  return text;
}

// What the library makes of one frame of Zstandard.
inline std::string Unzstd(std::string_view compressed) {
  std::string text;
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ZSTD_inBuffer in = {compressed.data(), compressed.size(), 0};
  std::size_t result = 1;
  while (result != 0 && ZSTD_isError(result) == 0) {
    char piece[65536];
    ZSTD_outBuffer out = {piece, sizeof(piece), 0};
    const std::size_t before = in.pos;
    result = ZSTD_decompressStream(context, &out, &in);
    text.append(piece, out.pos);
    if (in.pos == before && out.pos == 0) break;  // the frame is cut short
  }
  ZSTD_freeDCtx(context);
  if (result != 0 || in.pos != in.size) throw std::runtime_error("not one frame");
  return text;
}

// Snapshots of one counter with the series id="0" … id="COUNT-1", all of the same value.
class CounterSnapshots {
 public:
  explicit CounterSnapshots(std::uint32_t count)
      : collector_(metrics::SourceList(metrics::Source("ops", map_, 4, 8, {Counter()}))) {
    for (std::uint32_t id = 0; id < count; ++id) map_->rows.push_back({metrics::Bytes(id), ""});
  }
  std::shared_ptr<const metrics::Snapshot> Take(std::uint64_t value) {
    for (auto& row : map_->rows) row.value = metrics::Bytes(value);
    return collector_.Take();
  }
  // The page of a snapshot with that value.
  std::string Page(std::uint64_t value) const {
    std::string page = "# HELP ops_total Help\n# TYPE ops_total counter\n";
    for (std::size_t id = 0; id < map_->rows.size(); ++id) {
      page += "ops_total{id=\"" + std::to_string(id) + "\"} " + std::to_string(value) + "\n";
    }
    return page;
  }

 private:
  static plan::MetricPlan Counter() {
    return metrics::Metric(config::MetricKind::kCounter, "ops_total",
                           {metrics::Label("id", 0, 4, metrics::UintDecoder())});
  }

  std::shared_ptr<metrics::FakeMap> map_ = std::make_shared<metrics::FakeMap>();
  metrics::Collector collector_;
};

}  // namespace bpf_exporter::exposition
