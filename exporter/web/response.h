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

}  // namespace bpf_exporter::web
