// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "web/listen_address.h"
#include "web/request.h"
#include "web/response.h"

namespace bpf_exporter::web {

// Answers one request; called by several threads at once. What it throws becomes a 500.
using Handler = std::function<Response(const Request&)>;

struct ServerOptions {
  std::map<std::string, Handler> routes;  // exact paths; all else is 404
  // Told of every request after it was answered: the route's path ("other" for a 404) and the code.
  // Any thread.
  std::function<void(std::string_view path, int code)> on_request;
};

// Serves HTTP until it is destroyed.
class Server {
 public:
  // Opens the port; port 0 is any that is free. The error names the address: "listen on
  // '127.0.0.1:80': Permission denied".
  static Result<Server> Start(const ListenAddress& address, ServerOptions options);
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
