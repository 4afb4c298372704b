// SPDX-License-Identifier: Apache-2.0
#include "web/landing.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/version.h"

namespace bpf_exporter::web {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>bpf_exporter</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em }
table { border-collapse: collapse; margin: 0.5em 0 2em; width: 100% }
th, td { border-bottom: 1px solid #ccc; padding: 0.3em 1em 0.3em 0; text-align: left; vertical-align: top }
td.number, th.number { text-align: right }
.up { color: #176b32 }
.down { color: #b3261e; font-weight: bold }
pre { margin: 0; white-space: pre-wrap }
</style>
</head>
<body>
)";

std::string Escape(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// Returns how many of a program's places it is attached to, and a line for each of them.
std::string PlaceLines(const metrics::ProgramStatus& program) {
  const auto attached =
      std::count_if(program.places.begin(), program.places.end(),
                    [](const metrics::PlaceStatus& place) { return place.attached; });
  std::string lines =
      fmt::format("attached to {} of {} places<br>\n", attached, program.places.size());
  for (const metrics::PlaceStatus& place : program.places) {
    lines += fmt::format("&emsp;{}: ", Escape(place.name));
    if (place.attached) {
      const std::string detail = place.detail.empty() ? "" : fmt::format(", {}", place.detail);
      lines += fmt::format("attached{}<br>\n", Escape(detail));
    } else {
      const bool missed = program.needed && place.needed && !place.waiting;
      lines += fmt::format("{}, {}<br>\n",
                           missed ? R"(<span class="down">not attached</span>)" : "not attached",
                           Escape(place.problem));
    }
  }
  return lines;
}

std::string ProgramLine(const metrics::ProgramStatus& program) {
  const std::string name = fmt::format("{} ({})", Escape(program.name), Escape(program.section));
  if (!program.places.empty()) return fmt::format("{}: {}", name, PlaceLines(program));
  if (program.attached) return fmt::format("{}: attached<br>\n", name);
  return fmt::format(
      "{}: {}, {}<br>\n", name,
      program.needed ? R"(<span class="down">not attached</span>)" : "left out",
      program.problem.empty() ? "no entry under probes: asks for it" : Escape(program.problem));
}

// Returns a line for each constant that the configuration sets.
std::string ConstantLines(const metrics::ConfigStatus& config) {
  std::string lines;
  for (const auto& [name, value] : config.constants) {
    lines += fmt::format("<br>\n<code>{}: {}</code>", Escape(name), Escape(value));
  }
  return lines;
}

std::string ConfigRow(const metrics::ConfigStatus& config) {
  std::string programs;
  for (const metrics::ProgramStatus& program : config.programs) programs += ProgramLine(program);
  std::string state =
      config.up ? R"(<span class="up">up</span>)" : R"(<span class="down">failed</span>)";
  if (!config.problem.empty()) state += fmt::format("<pre>{}</pre>", Escape(config.problem));
  return fmt::format("<tr><td>{}</td><td>{}{}</td><td>{}</td><td>{}</td></tr>\n",
                     Escape(config.name), Escape(config.description), ConstantLines(config), state,
                     programs);
}

std::string Configs(const LandingState& state) {
  std::string rows;
  for (const metrics::ConfigStatus& config : state.configs) rows += ConfigRow(config);
  return "<h2>Configurations</h2>\n<table>\n<tr><th>Name</th><th>What it measures</th>"
         "<th>State</th><th>Programs</th></tr>\n" +
         rows + "</table>\n";
}

std::string Metrics(const LandingState& state) {
  if (state.snapshot == nullptr) return "<h2>Metrics</h2>\n<p>No snapshot was taken yet.</p>\n";
  std::string page = fmt::format(
      "<h2>Metrics</h2>\n<p>Snapshot {}, taken {:%Y-%m-%d %H:%M:%S} UTC, {:.1f} s ago, in {:.3f} "
      "ms."
      "</p>\n<table>\n<tr><th>Metric</th><th>Type</th><th>Configuration</th>"
      "<th class=\"number\">Series</th></tr>\n",
      state.snapshot->number,
      fmt::gmtime(std::chrono::system_clock::to_time_t(state.snapshot->time)),
      Seconds(state.snapshot_age), Seconds(state.snapshot->duration) * 1000);
  for (const metrics::FamilySnapshot& family : state.snapshot->families) {
    page += fmt::format(
        "<tr><td title=\"{}\">{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>\n",
        Escape(family.metric->help), Escape(family.metric->family),
        config::KindName(family.metric->kind), Escape(family.metric->config), family.series);
  }
  return page += "</table>\n";
}

}  // namespace

std::string RenderLanding(const LandingState& state) {
  const auto up = std::count_if(state.configs.begin(), state.configs.end(),
                                [](const metrics::ConfigStatus& config) { return config.up; });
  std::string page(kHead);
  page += fmt::format(
      "<h1>bpf_exporter</h1>\n<p>Version {}, revision {}. {} of {} configurations up.</p>\n",
      Escape(kVersion), Escape(kRevision), up, state.configs.size());
  const char* before = "<p>";
  for (const auto& [path, what] : state.links) {
    page += fmt::format("{}<a href=\"{}\">{}</a>", before, Escape(path), Escape(what));
    before = " &middot; ";
  }
  page += "</p>\n" + Configs(state) + Metrics(state) + "</body>\n</html>\n";
  return page;
}

}  // namespace bpf_exporter::web
