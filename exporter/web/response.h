// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bpf_exporter::web {

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;  // further ones
  // The body, owned by whatever `owner` keeps alive until it is sent; so a page is never copied.
  std::shared_ptr<const void> owner;
  std::string_view body;
};

// Returns a response whose body is `text`.
Response TextResponse(int status, std::string text,
                      std::string content_type = "text/plain; charset=utf-8");

// Returns a response that says "404 Not Found", or "400 Bad Request: REASON" if there is a reason.
// One that asks to come again (503) says when.
Response ErrorResponse(int status, std::string_view reason = "");

// Returns the response's first line and headers, with that value of Connection.
std::string HeadText(const Response& response, std::string_view connection);

}  // namespace bpf_exporter::web
