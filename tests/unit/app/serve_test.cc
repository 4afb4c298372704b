// SPDX-License-Identifier: Apache-2.0
#include "app/serve.h"

#include <gtest/gtest.h>

#include <set>

#include "unit/web/http_client.h"

namespace bpf_exporter::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using web::Fetch;
using web::Reply;

TEST(StuckProblemTest, WaitsForTenIntervalsAMinuteAndFortyTimesTheWork) {
  EXPECT_EQ(StuckProblem(seconds(5), seconds(60), seconds(0)), "");
  EXPECT_EQ(StuckProblem(seconds(5), seconds(61), seconds(0)),
            "the newest snapshot is 61 s old, though one is due every 5 s");
  EXPECT_EQ(StuckProblem(milliseconds(100), seconds(59), seconds(0)), "");
  EXPECT_EQ(StuckProblem(seconds(60), seconds(600), seconds(0)), "");
  EXPECT_NE(StuckProblem(seconds(60), seconds(601), seconds(0)), "");
  EXPECT_EQ(StuckProblem(seconds(5), seconds(400), seconds(10)), "");
  EXPECT_NE(StuckProblem(seconds(5), seconds(401), seconds(10)), "");
}

TEST(StuckProblemTest, HasNothingToSayWhenOnlyScrapesTakeSnapshots) {
  EXPECT_EQ(StuckProblem(seconds(0), hours(24), seconds(1)), "");
}

// The whole of what is served, over a collector without maps.
class ServeTest : public ::testing::Test {
 protected:
  void Start() {
    self_.emplace(options_.metrics_prefix, *statuses_.Now(), ServedPaths(options_));
    collector_.emplace(std::vector<metrics::MapToRead>(), &*self_);
    const Result<web::ListenAddress> address = web::ResolveListenAddress("127.0.0.1:0");
    ASSERT_TRUE(address.ok());
    Result<web::Server> server =
        Serve(*address, {options_, statuses_, *collector_, *self_, pages_});
    ASSERT_TRUE(server.ok()) << server.error().Message();
    server_.emplace(*std::move(server));
  }
  Reply Get(const std::string& path, const std::string& headers = "") {
    return web::Fetch(server_->port(), "GET", path, headers);
  }

  Options options_;
  metrics::Statuses statuses_{{{.name = "one", .up = true}}};
  std::optional<metrics::SelfMetrics> self_;
  std::optional<metrics::Collector> collector_;
  exposition::PageCache pages_;
  std::optional<web::Server> server_;
};

TEST_F(ServeTest, ServesTheNewestSnapshotAsText) {
  Start();
  collector_->Take();
  const Reply reply = Get("/metrics");
  EXPECT_EQ(reply.status(), "200 OK");
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(reply.header("Vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(reply.header("Content-Encoding"), "(none)");
  EXPECT_EQ(reply.header("Content-Length"), std::to_string(reply.body.size()));
  EXPECT_NE(reply.body.find("\nebpf_exporter_config_up{config=\"one\",name=\"one\"} 1\n"),
            std::string::npos);
  EXPECT_NE(reply.body.find("\nebpf_exporter_snapshots_total 1\n"), std::string::npos);
  EXPECT_NE(Get("/metrics").body.find("\nebpf_exporter_snapshots_total 1\n"), std::string::npos);
}

TEST_F(ServeTest, CompressesWhenAsked) {
  Start();
  collector_->Take();
  const Reply reply = Get("/metrics", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(reply.header("Content-Encoding"), "gzip");
  EXPECT_EQ(reply.header("Vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(reply.body.substr(0, 2), "\x1f\x8b");
  EXPECT_EQ(reply.header("Content-Length"), std::to_string(reply.body.size()));
  EXPECT_EQ(Get("/metrics", "Accept-Encoding: gzip;q=0\r\n").header("Content-Encoding"), "(none)");
}

TEST_F(ServeTest, CountsRequestsAndBytesOfPages) {
  Start();
  collector_->Take();
  const Reply first = Get("/metrics");
  Get("/metrics", "Accept-Encoding: gzip\r\n");
  Get("/nothing");
  server_.reset();  // a request is counted after its answer was sent
  collector_->Take();
  const std::string_view page =
      pages_.Get(collector_->Latest(), {.encoding = exposition::Encoding::kIdentity})->body;
  const auto has = [&](const std::string& line) {
    EXPECT_NE(page.find("\n" + line + "\n"), std::string::npos) << line;
  };
  has("ebpf_exporter_http_requests_total{code=\"200\",path=\"/metrics\"} 2");
  has("ebpf_exporter_http_requests_total{code=\"404\",path=\"other\"} 1");
  has("ebpf_exporter_http_requests_total{code=\"200\",path=\"/readyz\"} 0");
  has("ebpf_exporter_page_bytes{encoding=\"identity\"} " + std::to_string(first.body.size()));
}

TEST_F(ServeTest, TakesASnapshotAtEveryScrapeWithoutAnInterval) {
  options_.snapshot_interval = seconds(0);
  Start();
  for (int scrape = 1; scrape <= 3; ++scrape) {
    const std::string line = "\nebpf_exporter_snapshots_total " + std::to_string(scrape) + "\n";
    EXPECT_NE(Get("/metrics").body.find(line), std::string::npos) << scrape;
  }
}

TEST_F(ServeTest, IsReadyWithASnapshotAndAConfiguration) {
  Start();
  EXPECT_EQ(Get("/metrics").status(), "503 Service Unavailable");
  Reply reply = Get("/readyz");
  EXPECT_EQ(reply.status(), "503 Service Unavailable");
  EXPECT_EQ(reply.body, "no snapshot was taken yet\n");
  collector_->Take();
  reply = Get("/readyz");
  EXPECT_EQ(reply.status(), "200 OK");
  EXPECT_EQ(reply.body, "ok\n");
  EXPECT_EQ(Get("/healthz").body, "ok\n");
}

TEST_F(ServeTest, IsNotReadyWithoutAConfiguration) {
  statuses_.Publish({{.name = "one", .problem = "broken"}});
  Start();
  collector_->Take();
  EXPECT_EQ(Get("/readyz").body, "no configuration is up\n");
}

TEST_F(ServeTest, ServesThePathsItCountsAndNoOther) {
  options_.telemetry_path = "/m/x";
  Start();
  collector_->Take();
  const std::vector<std::string> paths = ServedPaths(options_);
  EXPECT_EQ(std::set<std::string>(paths.begin(), paths.end()),
            (std::set<std::string>{"/m/x", "/", "/healthz", "/readyz"}));
  for (const std::string& path : paths) EXPECT_EQ(Get(path).status(), "200 OK") << path;
  for (const char* path : {"/metrics", "/m", "/maps", "/debug/pprof/"}) {
    EXPECT_EQ(Get(path).status(), "404 Not Found") << path;
  }
  EXPECT_EQ(Get("/").header("Content-Type"), "text/html; charset=utf-8");
}

TEST_F(ServeTest, ServesTheMapsToDebug) {
  options_.debug = true;
  Start();
  collector_->Take();
  const std::vector<std::string> paths = ServedPaths(options_);
  EXPECT_EQ(std::set<std::string>(paths.begin(), paths.end()),
            (std::set<std::string>{"/metrics", "/", "/healthz", "/readyz", "/maps"}));
  const Reply reply = Get("/maps");
  EXPECT_EQ(reply.status(), "200 OK");
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_NE(reply.body.find("\nconfig 'one': no map is read\n"), std::string::npos);
  EXPECT_NE(Get("/").body.find("<a href=\"/maps\">Maps</a>"), std::string::npos);
}

}  // namespace
}  // namespace bpf_exporter::app
