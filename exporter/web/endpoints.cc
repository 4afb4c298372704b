// SPDX-License-Identifier: Apache-2.0
// Tests: serve_test.cc
#include "web/endpoints.h"

#include <mutex>
#include <utility>

#include "exposition/negotiate.h"

namespace bpf_exporter::web {

Handler MetricsPage(std::function<std::shared_ptr<const metrics::Snapshot>()> snapshot,
                    exposition::PageCache& pages,
                    std::function<void(std::string_view encoding, std::size_t bytes)> on_page) {
  return [snapshot = std::move(snapshot), &pages,
          on_page = std::move(on_page)](const Request& request) {
    const std::shared_ptr<const metrics::Snapshot> newest = snapshot();
    if (newest == nullptr) return TextResponse(503, "no snapshot was taken yet\n");
    const std::shared_ptr<const exposition::Page> page =
        pages.Get(newest, exposition::Negotiate(request.accept, request.accept_encoding));

    const std::string_view encoding = exposition::ContentEncoding(page->kind.encoding);
    Response response;
    response.content_type = exposition::ContentType(page->kind.format);
    response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
    if (!encoding.empty()) response.headers.emplace_back("Content-Encoding", encoding);
    response.body = page->body;
    response.owner = page;
    on_page(encoding.empty() ? "identity" : encoding, page->body.size());
    return response;
  };
}

Handler HealthPage(std::function<std::string()> problem) {
  return [problem = std::move(problem)](const Request&) {
    std::string text = problem();
    if (text.empty()) return TextResponse(200, "ok\n");
    return TextResponse(503, text += '\n');
  };
}

Handler TextPage(std::function<std::string()> text) {
  return [text = std::move(text), making = std::make_shared<std::mutex>()](const Request&) {
    const std::unique_lock lock(*making, std::try_to_lock);
    if (!lock) return TextResponse(503, "the page is being made for another request; try again\n");
    Response response = TextResponse(200, text());
    response.headers = {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}};
    return response;
  };
}

Handler LandingPage(std::function<LandingState()> state) {
  return [state = std::move(state)](const Request&) {
    Response response = TextResponse(200, RenderLanding(state()), "text/html; charset=utf-8");
    response.headers = {
        {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Cache-Control", "no-store"}};
    return response;
  };
}

}  // namespace bpf_exporter::web
