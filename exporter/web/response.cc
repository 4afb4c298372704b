// SPDX-License-Identifier: Apache-2.0
#include "web/server.h"

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
