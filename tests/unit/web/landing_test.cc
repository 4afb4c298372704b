// SPDX-License-Identifier: Apache-2.0
#include "web/landing.h"

#include <gtest/gtest.h>

namespace bpf_exporter::web {
namespace {

TEST(LandingTest, ShowsStateEscaped) {
  LandingState state;
  state.links = {{"/m", "Metrics"}, {"/healthz", "Health"}};
  metrics::ConfigStatus good{.name = "good", .description = "a < b & \"c\"", .up = true};
  good.programs = {{.name = "on", .section = "xdp", .attached = true},
                   {.name = "off", .section = "kprobe/x", .problem = "<script>alert(1)</script>"}};
  metrics::ConfigStatus bad{.name = "bad", .problem = "bad.yaml:1:1: error: 'x'\n  x\n  ^"};
  state.configs = {good, bad};
  auto metric = std::make_shared<plan::MetricPlan>();
  metric->family = "ebpf_exporter_bytes_total";
  metric->help = "Bytes";
  metric->config = "good";
  auto snapshot = std::make_shared<metrics::Snapshot>();
  snapshot->number = 42;
  snapshot->time = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  snapshot->families.push_back({.metric = metric});
  snapshot->families.back().series = 3;
  snapshot->duration = std::chrono::microseconds(1500);
  state.snapshot = snapshot;
  state.snapshot_age = std::chrono::milliseconds(2345);

  const std::string page = RenderLanding(state);
  const auto has = [&](const std::string& text) {
    EXPECT_NE(page.find(text), std::string::npos) << text << "\nis not in\n" << page;
  };
  has("1 of 2 configurations up");
  has("<a href=\"/m\">Metrics</a> &middot; <a href=\"/healthz\">Health</a>");
  has("<td>good</td><td>a &lt; b &amp; &quot;c&quot;</td><td><span class=\"up\">up</span></td>");
  has("on (xdp): attached<br>");
  has("off (kprobe/x): <span class=\"down\">not attached</span>, "
      "&lt;script&gt;alert(1)&lt;/script&gt;<br>");
  has("<span class=\"down\">failed</span><pre>bad.yaml:1:1: error: &#39;x&#39;\n  x\n  ^</pre>");
  has("Snapshot 42, taken 2023-11-14 22:13:20 UTC, 2.3 s ago, in 1.500 ms.");
  has("<td title=\"Bytes\">ebpf_exporter_bytes_total</td><td>counter</td><td>good</td>"
      "<td class=\"number\">3</td>");
  EXPECT_EQ(page.find("<script"), std::string::npos);
}

TEST(LandingTest, ShowsEachPlaceOfAProgramThatHasSeveral) {
  metrics::ProgramStatus program{.name = "on", .section = "xdp", .attached = true};
  program.places = {{.name = "xdp eth0", .attached = true},
                    {.name = "xdp eth1", .problem = "no <such> interface"},
                    {.name = "xdp eth2", .needed = false, .problem = "busy"},
                    {.name = "xdp veth*", .waiting = true, .problem = "none matches"},
                    {.name = "kprobe f*", .attached = true, .detail = "2 functions"}};
  LandingState state;
  state.configs = {{.name = "c", .up = true, .programs = {program}}};
  const std::string page = RenderLanding(state);
  const std::string lines =
      "on (xdp): attached to 2 of 5 places<br>\n"
      "&emsp;xdp eth0: attached<br>\n"
      "&emsp;xdp eth1: <span class=\"down\">not attached</span>, no &lt;such&gt; interface<br>\n"
      "&emsp;xdp eth2: not attached, busy<br>\n"
      "&emsp;xdp veth*: not attached, none matches<br>\n"
      "&emsp;kprobe f*: attached, 2 functions<br>\n";
  EXPECT_NE(page.find(lines), std::string::npos) << page;
}

TEST(LandingTest, SaysWhenThereIsNoSnapshot) {
  EXPECT_NE(RenderLanding({}).find("No snapshot was taken yet."), std::string::npos);
}

}  // namespace
}  // namespace bpf_exporter::web
