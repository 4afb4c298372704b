// SPDX-License-Identifier: Apache-2.0
// Tests: server_test.cc
#include "web/response.h"

namespace bpf_exporter::web {

Response TextResponse(int status, std::string text, std::string content_type) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = *owner;
  response.owner = std::move(owner);
  return response;
}

}  // namespace bpf_exporter::web
