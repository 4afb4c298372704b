// SPDX-License-Identifier: Apache-2.0
// Tests: server_test.cc
#include "web/response.h"

#include <fmt/format.h>

#include <ctime>

namespace bpf_exporter::web {
namespace {

std::string_view Phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 414:
      return "URI Too Long";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";  // the phrase may be empty (RFC 9112, 4)
  }
}

std::string Date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

}  // namespace

Response TextResponse(int status, std::string text, std::string content_type) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = *owner;
  response.owner = std::move(owner);
  return response;
}

Response ErrorResponse(int status, std::string_view reason) {
  const std::string_view colon = reason.empty() ? "" : ": ";
  Response response =
      TextResponse(status, fmt::format("{} {}{}{}\n", status, Phrase(status), colon, reason));
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

std::string HeadText(const Response& response, std::string_view connection) {
  std::string head = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n",
      response.status, Phrase(response.status), Date(), response.content_type, response.body.size(),
      connection);
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  return head += "\r\n";
}

}  // namespace bpf_exporter::web
