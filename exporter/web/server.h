// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "web/engine.h"
#include "web/gate.h"
#include "web/listen_address.h"

namespace bpf_exporter::web {

struct ServerOptions {
  Routes routes;
  Gate::OnRequest on_request;  // may be null; called on the gate's thread
};

// Serves HTTP until it is destroyed.
class Server {
 public:
  // Opens the port, and makes all threads; port 0 is any that is free. The error names the address:
  // "listen on '127.0.0.1:80': Permission denied".
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
