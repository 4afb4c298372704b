// SPDX-License-Identifier: Apache-2.0
#include "web/server.h"

#include <civetweb.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>

#include "base/fd.h"
#include "base/log.h"
#include "base/stoppable_thread.h"
#include "web/connection.h"
#include "web/connections.h"

namespace bpf_exporter::web {
namespace {

// CivetWeb has a thread for each connection that it serves, and no way to wait for a request
// without one. So the time that a connection can hold a thread is what has to be bounded: the
// timeouts here, no request bodies, slow readers cut off; and when threads run out, idle ones too.
constexpr std::size_t kThreads = 32;
constexpr int kMaxWarnings = 100;

// What CivetWeb's callbacks work with.
struct CallbackState {
  ServerOptions options;
  Connections connections{kThreads};
  std::atomic<int> warnings = 0;
  std::atomic<bool> started = false;
  std::string start_problem;
};

CallbackState& StateOf(const mg_connection* connection) {
  return *static_cast<CallbackState*>(mg_get_user_data(mg_get_context(connection)));
}

Response Answer(const ServerOptions& options, const Result<Request>& request,
                std::string& counted_path) {
  if (!request) return TextResponse(400, "400 Bad Request: " + request.error().Message() + "\n");
  const auto route = options.routes.find(request->path);
  if (route == options.routes.end()) return TextResponse(404, "404 Not Found\n");
  counted_path = route->first;
  if (request->method != "GET" && request->method != "HEAD") {
    Response refusal = TextResponse(405, "405 Method Not Allowed\n");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return refusal;
  }
  try {
    return route->second(*request);
  } catch (const std::exception& error) {
    log::Error("GET {}: {}", request->path, error.what());
  } catch (...) {
    log::Error("GET {}: unknown exception", request->path);
  }
  return TextResponse(500, "500 Internal Server Error\n");
}

void Count(const CallbackState& state, std::string_view path, int code) {
  if (state.options.on_request) state.options.on_request(path, code);
}

// Nothing may leave a callback: CivetWeb is C, and an exception there ends the process.
int OnRequest(mg_connection* connection) noexcept {
  try {
    CallbackState& state = StateOf(connection);
    const mg_request_info& client = *mg_get_request_info(connection);
    state.connections.Busy(client.remote_addr, client.remote_port);
    const Result<Request> request = ReadRequest(connection);
    std::string path = "other";
    const Response response = Answer(state.options, request, path);
    const bool head_only = request.ok() && request->method == "HEAD";
    Send(connection, response,
         {.head_only = head_only,
          .keep_connection = request.ok() && state.connections.HasSpareThreads(),
          .has_spare_threads = [&state] { return state.connections.HasSpareThreads(); }});
    state.connections.Waits(client.remote_addr, client.remote_port);
    Count(state, path, response.status);
    return response.status;
  } catch (const std::exception& error) {
    log::Error("HTTP request: {}", error.what());
  }
  mg_disable_connection_keep_alive(connection);
  return 500;
}

// What CivetWeb itself refuses: text that is no HTTP, heads that are too long or come too slowly.
int OnHttpError(mg_connection* connection, int status, const char* message) noexcept {
  try {
    Send(connection, TextResponse(status, fmt::format("{} {}\n", status, message)), {});
    Count(StateOf(connection), "other", status);
  } catch (const std::exception& error) {
    log::Error("HTTP request: {}", error.what());
  }
  return 0;
}

int OnLog(const mg_connection* connection, const char* message) noexcept {
  try {
    CallbackState& state = StateOf(connection);
    if (!state.started) {
      state.start_problem = message;
    } else if (state.warnings.fetch_add(1) < kMaxWarnings) {
      log::Warn("CivetWeb: {}", message);
    } else {
      log::Debug("CivetWeb: {}", message);
    }
  } catch (const std::exception&) {
    // Out of memory while logging: nothing is left to say it with.
  }
  return 1;
}

// Runs `work`; out of memory, it is left undone.
void Try(const std::function<void()>& work) noexcept {
  try {
    work();
  } catch (const std::exception& error) {
    log::Error("HTTP connection: {}", error.what());
  }
}

int OnConnection(const mg_connection* connection, void**) {
  Try([&] { StateOf(connection).connections.Opened(); });
  return 0;
}

void OnConnectionClose(const mg_connection* connection) {
  const mg_request_info& client = *mg_get_request_info(connection);
  Try([&] { StateOf(connection).connections.Busy(client.remote_addr, client.remote_port); });
}

void OnConnectionClosed(const mg_connection* connection) {
  const mg_request_info& client = *mg_get_request_info(connection);
  Try([&] { StateOf(connection).connections.Closed(client.remote_addr, client.remote_port); });
}

// Opens and closes one connection, so that CivetWeb's accepting thread looks around.
void Poke(const SocketAddress& address) {
  const Fd poke(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  // Whether it connects does not matter.
  static_cast<void>(connect(poke.get(), address.get(), address.size()));
}

}  // namespace

struct Server::State {
  CallbackState callbacks;
  SocketAddress own_address = SocketAddress::Any(AF_INET);  // once it listens
  int port = 0;
  mg_context* context = nullptr;

  ~State();
};

Server::State::~State() {
  if (context == nullptr) return;
  // CivetWeb's threads look at its wish to stop every two seconds, or when something happens.
  const StoppableThread poker([this](const StoppableThread::Stop& stop) {
    while (!stop.Wait(std::chrono::milliseconds(5), {})) {
      Poke(own_address);
      Try([this] { callbacks.connections.CutOffIdle(); });
    }
  });
  mg_stop(context);
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

int Server::port() const { return state_->port; }

Result<Server> Server::Start(const ListenAddress& address, ServerOptions options) {
  if (const Status free = TryToListen(address); !free.ok()) return free.error();

  auto state = std::make_unique<State>();
  state->callbacks.options = std::move(options);

  mg_callbacks functions{};
  functions.begin_request = OnRequest;
  functions.http_error = OnHttpError;
  functions.log_message = OnLog;
  functions.init_connection = OnConnection;
  functions.connection_close = OnConnectionClose;
  functions.connection_closed = OnConnectionClosed;
  const std::string where = address.ForCivetweb();
  const std::string threads = std::to_string(kThreads);
  // No document_root: CivetWeb then has no files, listings, scripts or redirects to offer.
  // clang-format off
  const char* settings[] = {
      "listening_ports", where.c_str(),
      "num_threads", threads.c_str(),
      "connection_queue", "64",
      "listen_backlog", "256",
      "request_timeout_ms", "2000",
      "enable_keep_alive", "yes",
      "keep_alive_timeout_ms", "1000",
      "tcp_nodelay", "1",
      "decode_url", "no",
      "enable_directory_listing", "no",
      "enable_auth_domain_check", "no",
      nullptr};
  // clang-format on
  state->context = mg_start(&functions, &state->callbacks, settings);
  if (state->context == nullptr) {
    return Error{"listen on '" + address.given + "': " +
                 (state->callbacks.start_problem.empty() ? "CivetWeb did not start"
                                                         : state->callbacks.start_problem)};
  }
  state->callbacks.started = true;

  mg_server_port port{};
  if (mg_get_server_ports(state->context, 1, &port) == 1) state->port = port.port;
  state->own_address = address.addresses.WithPort(state->port).LoopbackIfAny();
  state->callbacks.connections.SetPort(state->port);
  LimitSegments(state->port);
  return Server(std::move(state));
}

}  // namespace bpf_exporter::web
