// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bpf_exporter::web {

struct Request {
  std::string method;
  std::string path;   // without the query
  std::string query;  // empty if there is none
  std::string accept;
  std::string accept_encoding;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;  // further ones
  // The body, owned by whatever `owner` keeps alive until it is sent; so a page is never copied.
  std::shared_ptr<const void> owner;
  std::string_view body;
};

// A response whose body is `text`.
Response TextResponse(int status, std::string text,
                      std::string content_type = "text/plain; charset=utf-8");

// Answers one request; called by several threads at once. What it throws becomes a 500.
using Handler = std::function<Response(const Request&)>;

struct ServerOptions {
  std::string listen_address = ":9435";  // HOST:PORT, [IPV6]:PORT or :PORT; port 0 takes a free one
  std::map<std::string, Handler> routes;  // exact paths; all else is 404
  // Told of every request after it was answered: the route's path ("other" for a 404) and code.
  std::function<void(std::string_view path, int code)> on_request;
};

// Serves HTTP until it is destroyed.
class Server {
 public:
  // Opens the port. The error names the address: "listen on '127.0.0.1:80': Permission denied".
  static Result<Server> Start(ServerOptions options);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();

  int port() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter::web
