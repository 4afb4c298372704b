// SPDX-License-Identifier: Apache-2.0
#include "app/serve.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/pace.h"
#include "metrics/map_dump.h"
#include "web/endpoints.h"

namespace bpf_exporter::app {
namespace {

constexpr const char* kHealth = "/healthz";
constexpr const char* kReady = "/readyz";
constexpr const char* kMaps = "/maps";

std::string NotReadyProblem(const Served& served) {
  const metrics::Statuses::Shared configs = served.statuses.Now();
  const bool up = std::any_of(configs->begin(), configs->end(),
                              [](const metrics::ConfigStatus& config) { return config.up; });
  if (!up) return "no configuration is up";
  if (served.collector.Latest() == nullptr) return "no snapshot was taken yet";
  return "";
}

web::LandingState Landing(const Served& served) {
  web::LandingState state;
  state.telemetry_path = served.options.telemetry_path;
  state.links = {{kHealth, "Health"}, {kReady, "Readiness"}};
  if (served.options.debug) state.links.emplace_back(kMaps, "Maps");
  state.configs = *served.statuses.Now();
  state.snapshot = served.collector.Latest();
  state.snapshot_age = served.collector.Age();
  return state;
}

}  // namespace

std::vector<std::string> ServedPaths(const Options& options) {
  std::vector<std::string> paths = {options.telemetry_path, "/", kHealth, kReady};
  if (options.debug) paths.push_back(kMaps);
  return paths;
}

std::string StuckProblem(std::chrono::nanoseconds interval, std::chrono::nanoseconds age,
                         std::chrono::nanoseconds duration) {
  if (interval.count() == 0) return "";  // nothing is due but at a scrape
  // The loop itself rests after a snapshot; it is late when it takes twice as long.
  const auto most = std::max<std::chrono::nanoseconds>(
      {10 * interval, std::chrono::seconds(60), 2 * RestAfter(duration)});
  if (age <= most) return "";
  return fmt::format("the newest snapshot is {:.0f} s old, though one is due every {:.0f} s",
                     std::chrono::duration<double>(age).count(),
                     std::chrono::duration<double>(interval).count());
}

Result<web::Server> Serve(const Served& served) {
  web::ServerOptions server;
  server.listen_address = served.options.listen_address;
  const bool on_demand = served.options.snapshot_interval.count() == 0;
  server.routes[served.options.telemetry_path] =
      web::MetricsPage([&collector = served.collector,
                        on_demand] { return on_demand ? collector.Take() : collector.Latest(); },
                       served.pages,
                       [&self = served.self](std::string_view encoding, std::size_t bytes) {
                         self.Set(metrics::kPageBytes, {encoding}, static_cast<double>(bytes));
                       });
  server.routes["/"] = web::LandingPage([served] { return Landing(served); });
  server.routes[kHealth] =
      web::HealthPage([&collector = served.collector, interval = served.options.snapshot_interval] {
        const std::shared_ptr<const metrics::Snapshot> newest = collector.Latest();
        const auto duration = newest ? newest->duration : std::chrono::nanoseconds(0);
        return StuckProblem(interval, collector.Age(), duration);
      });
  server.routes[kReady] = web::HealthPage([served] { return NotReadyProblem(served); });
  if (served.options.debug) {
    server.routes[kMaps] = web::TextPage(
        [served] { return metrics::DumpMaps(served.collector, *served.statuses.Now()); });
  }
  server.on_request = [&self = served.self](std::string_view path, int code) {
    self.Increment(metrics::kHttpRequests, {path, std::to_string(code)});
  };
  return web::Server::Start(std::move(server));
}

}  // namespace bpf_exporter::app
