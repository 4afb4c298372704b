// SPDX-License-Identifier: Apache-2.0
// What a whole scrape takes from the heap: a fresh snapshot with the exporter's own numbers, its
// page, the request and the answer. Every allocation of C++ in this test program is counted here;
// CivetWeb's own, of C, are not.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "metrics/collector.h"
#include "metrics/process.h"
#include "metrics/self_metrics.h"
#include "support/count_allocations.h"
#include "unit/metrics/fakes.h"
#include "web/endpoints.h"
#include "web/server.h"

namespace bpf_exporter::web {
namespace {

// A map like that of config/packets.yaml: rows of two CPUs, and no allocation to read them.
class PacketsReader : public metrics::MapReader {
 public:
  Status Read(metrics::RowSink& sink) override {
    for (std::uint32_t row = 0; row < kRows; ++row) {
      keys_[row] = row;
      ++values_[2 * row];
    }
    metrics::RowBlock block;
    block.keys = reinterpret_cast<const std::byte*>(keys_.data());
    block.key_stride = 4;
    block.count = kRows;
    block.values = reinterpret_cast<const std::byte*>(values_.data());
    block.value_stride = 16;
    sink.OnRows(block);
    return {};
  }
  std::uint32_t cpus() const override { return 2; }

 private:
  static constexpr std::uint32_t kRows = 20;
  std::array<std::uint32_t, kRows> keys_{};
  std::array<std::uint64_t, 2 * kRows> values_{};
};

metrics::MapToRead PacketsMap() {
  metrics::MapToRead map = metrics::Source(
      "packets", nullptr, 4, 8,
      {metrics::Metric(config::MetricKind::kCounter, "ebpf_exporter_packets_total",
                       {metrics::Label("protocol", 0, 4, metrics::UintDecoder())})});
  map.reader = std::make_unique<PacketsReader>();
  return map;
}

// Sends one request on `connection` and reads the answer, without allocating; returns its size.
std::size_t Scrape(int connection, std::string_view request, std::array<char, 65536>& answer) {
  if (write(connection, request.data(), request.size()) != static_cast<ssize_t>(request.size())) {
    return 0;
  }
  std::size_t size = 0;
  for (;;) {
    const std::string_view text(answer.data(), size);
    const std::size_t head = text.find("\r\n\r\n");
    if (head != std::string_view::npos) {
      constexpr std::string_view kLength = "Content-Length: ";
      const char* length = answer.data() + text.find(kLength) + kLength.size();
      if (size >= head + 4 + std::strtoul(length, nullptr, 10)) return size;
    }
    const ssize_t got = read(connection, answer.data() + size, answer.size() - size);
    if (got <= 0) return 0;
    size += static_cast<std::size_t>(got);
  }
}

// The allocations of the cheapest of a few scrapes: threads count after their answer is sent.
std::size_t AllocationsOfAScrape(std::string_view accept_encoding) {
  metrics::ConfigStatus status{.name = "packets", .up = true};
  for (const char* name : {"count_ingress", "count_egress"}) {
    status.programs.push_back({.name = name, .attached = true, .id = 17});
  }
  metrics::SelfMetrics self("ebpf_exporter_", {status}, {"/metrics", "/"});
  std::vector<std::unique_ptr<metrics::FigureSource>> figures;
  figures.push_back(std::make_unique<metrics::ProcessFigures>());
  metrics::Collector collector(metrics::SourceList(PacketsMap()), &self, std::move(figures));
  exposition::PageCache pages;
  ServerOptions options;
  options.routes["/metrics"] =
      MetricsPage([&] { return collector.Take(); }, pages,
                  [&](std::string_view encoding, std::size_t bytes) {
                    self.Set(metrics::kPageBytes, {encoding}, static_cast<double>(bytes));
                  });
  const Result<Server> server =
      Server::Start(ResolveListenAddress("127.0.0.1:0").value(), std::move(options));
  if (!server) throw std::runtime_error(server.error().Message());

  const Fd connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(server->port()));
  if (connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("connect");
  }
  const std::string request =
      "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: text/plain;version=0.0.4;q=0.3,*/*;q=0.2\r\n"
      "Accept-Encoding: " +
      std::string(accept_encoding) + "\r\n\r\n";
  static std::array<char, 65536> answer;
  std::size_t least = ~std::size_t{0};
  for (int i = 0; i < 5; ++i) {
    const std::size_t before = allocations;
    const std::size_t size = Scrape(connection.get(), request, answer);
    EXPECT_GT(size, accept_encoding == "gzip" ? 1000u : 5000u);
    least = std::min<std::size_t>(least, allocations - before);
  }
  return least;
}

TEST(ScrapeAllocations, AreFewOnASmallPage) {
  for (const char* encoding : {"identity", "gzip"}) {
    const std::size_t made = AllocationsOfAScrape(encoding);
    EXPECT_LT(made, 100u) << encoding;
    EXPECT_GT(made, 10u) << "not everything is counted";
  }
}

}  // namespace
}  // namespace bpf_exporter::web
