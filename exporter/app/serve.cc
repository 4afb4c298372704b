// SPDX-License-Identifier: Apache-2.0
#include "app/serve.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/pace.h"
#include "metrics/map_dump.h"
#include "web/endpoints.h"

namespace bpf_exporter::app {
namespace {

std::string NotReadyProblem(const Served& served) {
  const metrics::Statuses::Shared configs = served.statuses.Now();
  const bool up = std::any_of(configs->begin(), configs->end(),
                              [](const metrics::ConfigStatus& config) { return config.up; });
  if (!up) return "no configuration is up";
  if (served.collector.Latest() == nullptr) return "no snapshot was taken yet";
  return "";
}

// A page that is served.
struct Page {
  std::string path;
  const char* title;  // of its link on the landing page; null: that is the page itself
  web::Handler (*handler)(const Served& served);
};

std::vector<Page> Pages(const Options& options);

web::Handler Metrics(const Served& served) {
  const bool on_demand = served.options.snapshot_interval.count() == 0;
  return web::MetricsPage([&collector = served.collector,
                           on_demand] { return on_demand ? collector.Take() : collector.Latest(); },
                          served.pages,
                          [&self = served.self](std::string_view encoding, std::size_t bytes) {
                            self.Set(metrics::kPageBytes, {encoding}, static_cast<double>(bytes));
                          });
}

web::LandingState StateOf(const Served& served) {
  web::LandingState state;
  for (const Page& page : Pages(served.options)) {
    if (page.title != nullptr) state.links.emplace_back(page.path, page.title);
  }
  state.configs = *served.statuses.Now();
  state.snapshot = served.collector.Latest();
  state.snapshot_age = served.collector.Age();
  return state;
}

web::Handler Landing(const Served& served) {
  return web::LandingPage([served] { return StateOf(served); });
}

web::Handler Health(const Served& served) {
  return web::HealthPage(
      [&collector = served.collector, interval = served.options.snapshot_interval] {
        const std::shared_ptr<const metrics::Snapshot> newest = collector.Latest();
        const auto duration = newest ? newest->duration : std::chrono::nanoseconds(0);
        return StuckProblem(interval, collector.Age(), duration);
      });
}

web::Handler Readiness(const Served& served) {
  return web::HealthPage([served] { return NotReadyProblem(served); });
}

web::Handler Maps(const Served& served) {
  return web::TextPage(
      [served] { return metrics::DumpMaps(served.collector, *served.statuses.Now()); });
}

// Returns what is served, in the order of the links.
std::vector<Page> Pages(const Options& options) {
  std::vector<Page> pages = {{options.telemetry_path, "Metrics", Metrics},
                             {"/", nullptr, Landing},
                             {"/healthz", "Health", Health},
                             {"/readyz", "Readiness", Readiness}};
  if (options.debug) pages.push_back({"/maps", "Maps", Maps});
  return pages;
}

}  // namespace

std::vector<std::string> ServedPaths(const Options& options) {
  std::vector<std::string> paths;
  for (const Page& page : Pages(options)) paths.push_back(page.path);
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

Result<web::Server> Serve(const web::ListenAddress& address, const Served& served) {
  web::ServerOptions server;
  for (const Page& page : Pages(served.options)) server.routes[page.path] = page.handler(served);
  server.on_request = [&self = served.self](std::string_view path, int code) {
    self.Increment(metrics::kHttpRequests, {path, std::to_string(code)});
  };
  return web::Server::Start(address, std::move(server));
}

}  // namespace bpf_exporter::app
