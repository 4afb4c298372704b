// SPDX-License-Identifier: Apache-2.0
// Tests: server_test.cc
#include "web/connection.h"

#include <civetweb.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <span>

namespace bpf_exporter::web {
namespace {

constexpr std::size_t kFirstWrite =
    16 << 10;                              // the head and this much of the body in one packet train
constexpr std::size_t kWrite = 256 << 10;  // CivetWeb's own timeout is per piece of this size
constexpr std::chrono::seconds kMaxSending{20};
constexpr std::chrono::seconds kMaxSendingBusy{5};

std::span<const mg_header> Headers(const mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  return {info->http_headers, static_cast<std::size_t>(std::max(info->num_headers, 0))};
}

bool Is(const mg_header& header, const char* name) { return mg_strcasecmp(header.name, name) == 0; }

// All values of a header that may come several times, as one list (RFC 9110, 5.3).
std::string Joined(const mg_connection* connection, const char* name) {
  std::string all;
  for (const mg_header& header : Headers(connection)) {
    if (!Is(header, name)) continue;
    if (!all.empty()) all += ", ";
    all += header.value;
  }
  return all;
}

bool HasBody(const mg_connection* connection) {
  return mg_get_request_info(connection)->content_length > 0 ||
         mg_get_header(connection, "Transfer-Encoding") != nullptr;
}

// Whether CivetWeb keeps the connection after this request; what we say must be what it does.
bool ClientKeeps(const mg_connection* connection) {
  const char* wish = mg_get_header(connection, "Connection");
  if (wish != nullptr) return mg_strcasecmp(wish, "keep-alive") == 0;
  return std::string_view(mg_get_request_info(connection)->http_version) == "1.1";
}

std::string Date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::string Head(mg_connection* connection, const Response& response,
                 std::string_view connection_header) {
  std::string head = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n",
      response.status, mg_get_response_code_text(connection, response.status), Date(),
      response.content_type, response.body.size(), connection_header);
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  return head += "\r\n";
}

bool Write(mg_connection* connection, std::string_view bytes) {
  return mg_write(connection, bytes.data(), bytes.size()) == static_cast<int>(bytes.size());
}

}  // namespace

Result<Request> ReadRequest(const mg_connection* connection) {
  int lengths = 0;
  int encodings = 0;
  for (const mg_header& header : Headers(connection)) {
    lengths += Is(header, "Content-Length") ? 1 : 0;
    encodings += Is(header, "Transfer-Encoding") ? 1 : 0;
  }
  if (lengths + encodings > 1) return Error{"the request's length is given twice"};

  const mg_request_info* info = mg_get_request_info(connection);
  Request request;
  request.method = info->request_method;
  // Neither decoded nor cleaned: "/x/../metrics" and "/metrics%00" are other paths.
  request.path = info->local_uri_raw;
  request.accept = Joined(connection, "Accept");
  request.accept_encoding = Joined(connection, "Accept-Encoding");
  return request;
}

void Send(mg_connection* connection, const Response& response, const SendOptions& options) {
  const bool keep = options.keep_connection && ClientKeeps(connection) && !HasBody(connection);
  const auto limit = [&] {
    const bool spare = options.has_spare_threads && options.has_spare_threads();
    return spare ? kMaxSending : kMaxSendingBusy;
  };
  std::string_view rest = options.head_only ? std::string_view() : response.body;
  std::string first = Head(connection, response, keep ? "keep-alive" : "close");
  const std::size_t along = std::min(rest.size(), kFirstWrite);
  first += rest.substr(0, along);
  rest.remove_prefix(along);

  const auto start = std::chrono::steady_clock::now();
  bool sent = Write(connection, first);
  while (sent && !rest.empty()) {
    const std::string_view piece = rest.substr(0, kWrite);
    const auto taken = std::chrono::steady_clock::now() - start;
    sent = taken < limit() && Write(connection, piece);
    rest.remove_prefix(piece.size());
  }
  if (!sent || !keep) mg_disable_connection_keep_alive(connection);
}

}  // namespace bpf_exporter::web
