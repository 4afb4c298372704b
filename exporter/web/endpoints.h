// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "exposition/page_cache.h"
#include "metrics/snapshot.h"
#include "web/landing.h"
#include "web/server.h"

// What is served where. The functions that handlers ask are called by several threads at once.
namespace bpf_exporter::web {

// Serves the page of metrics. `snapshot` gives the one to show (null: 503); `on_page` is told the
// encoding and size of what is sent. `pages` outlives the handler.
Handler MetricsPage(std::function<std::shared_ptr<const metrics::Snapshot>()> snapshot,
                    exposition::PageCache& pages,
                    std::function<void(std::string_view encoding, std::size_t bytes)> on_page);

// Answers 200 and "ok" while `problem` gives an empty text, else 503 and the text.
Handler HealthPage(std::function<std::string()> problem);

// Serves a text that is made anew for each request: one at a time, others get a 503.
Handler TextPage(std::function<std::string()> text);

// Serves the state as one HTML page, for people.
Handler LandingPage(std::function<LandingState()> state);

}  // namespace bpf_exporter::web
