// SPDX-License-Identifier: Apache-2.0
#include "web/server.h"

#include <sys/socket.h>

#include <optional>
#include <stdexcept>
#include <utility>

#include "web/socket_address.h"

namespace bpf_exporter::web {

struct Server::State {
  ServerOptions options;
  int port = 0;
  std::optional<Engine> engine;
  std::optional<Gate> gate;  // last: it ends before what it uses
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

int Server::port() const { return state_->port; }

Result<Server> Server::Start(const ListenAddress& address, ServerOptions options) {
  Result<Fd> listener = Listen(address);
  if (!listener) return listener.error();
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  if (const auto own = SocketAddress::Of(listener->get(), getsockname)) state->port = own->port();
  Result<Engine> engine = Engine::Start(state->options.routes);
  if (!engine) return engine.error();
  state->engine.emplace(*std::move(engine));
  try {
    state->gate.emplace(*std::move(listener), state->options.routes, *state->engine,
                        state->options.on_request);
  } catch (const std::runtime_error& error) {
    return Error{"HTTP", error.what(), 0};
  }
  return Server(std::move(state));
}

}  // namespace bpf_exporter::web
