// SPDX-License-Identifier: Apache-2.0
// Tests: server_test.cc
#include "web/engine.h"

#include <civetweb.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/log.h"
#include "base/stoppable_thread.h"
#include "web/socket_address.h"

namespace bpf_exporter::web {
namespace {

constexpr int kMaxWarnings = 100;
constexpr int kFirstAnswerMs = 5000;  // of a thread that was just made
// What CivetWeb sends when an answer is there; the answer itself stays in this process.
constexpr std::string_view kAnswered = "HTTP/1.1 204 No Content\r\n\r\n";
constexpr const char* kThreadHeader = "Thread";  // which connection a request came over

// A connection to a thread.
struct Link {
  Fd connection;
  std::size_t received = 0;  // of kAnswered
  std::mutex mutex;          // guards what follows
  Request request;
  std::optional<Response> response;
};

// What CivetWeb's callbacks work with.
struct CallbackState {
  explicit CallbackState(const Routes& all) : routes(all) {}

  const Routes& routes;
  std::array<Link, Engine::kThreads> links;
  Fd listener;    // that the links connect to, of AF_UNIX
  int door = -1;  // CivetWeb's descriptor of the socket that it accepts from
  std::atomic<bool> started = false;
  std::atomic<int> warnings = 0;
  std::string start_problem;
};

CallbackState& StateOf(const mg_context* context) {
  return *static_cast<CallbackState*>(mg_get_user_data(context));
}

// Returns the link that a request came over; null if it did not come over any.
Link* LinkOf(const mg_connection* connection) {
  const char* value = mg_get_header(connection, kThreadHeader);
  const std::string_view text = value == nullptr ? "" : value;
  std::size_t number = Engine::kThreads;
  std::from_chars(text.data(), text.data() + text.size(), number);
  CallbackState& state = StateOf(mg_get_context(connection));
  return number < Engine::kThreads ? &state.links[number] : nullptr;
}

Response Handle(const Routes& routes, const Request& request) {
  const auto route = routes.find(request.path);
  if (route == routes.end()) return ErrorResponse(404);
  try {
    return route->second(request);
  } catch (const std::exception& error) {
    log::Error("GET {}: {}", request.path, error.what());
  } catch (...) {
    log::Error("GET {}: unknown exception", request.path);
  }
  return ErrorResponse(500);
}

// Nothing may leave a callback: CivetWeb is C, and an exception there ends the process.
int OnRequest(mg_connection* connection) noexcept {
  try {
    Link* link = LinkOf(connection);
    if (link != nullptr) {
      Request request;
      {
        const std::lock_guard lock(link->mutex);
        request = std::move(link->request);
      }
      CallbackState& state = StateOf(mg_get_context(connection));
      // The first request only shows that there is a thread.
      Response response = state.started ? Handle(state.routes, request) : ErrorResponse(503);
      {
        const std::lock_guard lock(link->mutex);
        link->response = std::move(response);
      }
      mg_write(connection, kAnswered.data(), kAnswered.size());
      return 204;
    }
  } catch (const std::exception& error) {
    log::Error("HTTP request: {}", error.what());
  }
  mg_disable_connection_keep_alive(connection);  // whoever asked learns that it is lost
  return 500;
}

int OnLog(const mg_connection* connection, const char* message) noexcept {
  try {
    CallbackState& state = StateOf(mg_get_context(connection));
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

// Returns the socket of this process that listens on that port, or -1: CivetWeb does not tell which
// it has.
int FindListener(int port) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
       !error && entry != end; entry.increment(error)) {
    const int fd = std::atoi(entry->path().filename().c_str());
    int listens = 0;
    socklen_t size = sizeof(listens);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) continue;
    const auto local = SocketAddress::Of(fd, getsockname);
    if (local && local->port() == port) return fd;
  }
  return -1;
}

// CivetWeb opens a port, and cannot be handed a socket. Before any of its threads exists the port
// gives way to the socket of the links, and nobody else can ever connect.
void OnContext(const mg_context* context) noexcept {
  CallbackState& state = StateOf(context);
  mg_server_port port{};
  if (mg_get_server_ports(context, 1, &port) != 1) return;
  const int door = FindListener(port.port);
  if (door >= 0 && dup3(state.listener.get(), door, O_CLOEXEC) == door) state.door = door;
}

// Returns an error if the process may not open as many files as the threads, the gate and a few
// clients take. CivetWeb does not say that it lacks them.
Status CheckDescriptors() {
  constexpr std::size_t kFiles = 2 * Engine::kThreads + 16;
  std::vector<Fd> files;
  while (files.size() < kFiles) {
    files.emplace_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!files.back().valid()) return ErrnoError("HTTP: open a socket", errno);
  }
  return {};
}

// Opens a socket of AF_UNIX that listens under a name which the kernel chooses.
Fd ListenForLinks() {
  Fd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener.valid()) return {};
  const sockaddr_un unnamed{.sun_family = AF_UNIX, .sun_path = {}};
  const auto* address = reinterpret_cast<const sockaddr*>(&unnamed);
  if (bind(listener.get(), address, sizeof(unnamed.sun_family)) != 0) return {};
  if (listen(listener.get(), Engine::kThreads) != 0) return {};
  return listener;
}

Fd ConnectTo(const Fd& listener) {
  sockaddr_un name{};
  socklen_t size = sizeof(name);
  auto* address = reinterpret_cast<sockaddr*>(&name);
  if (getsockname(listener.get(), address, &size) != 0) return {};
  Fd connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!connection.valid()) return {};
  if (connect(connection.get(), address, size) != 0) return {};
  return connection;
}

bool WaitReadable(int fd, int milliseconds) {
  pollfd readable{fd, POLLIN, 0};
  return poll(&readable, 1, milliseconds) == 1;
}

}  // namespace

struct Engine::State {
  explicit State(const Routes& routes) : callbacks(routes) {}
  ~State();
  Status Start();
  Status OpenLinks();
  void Send(std::size_t thread, Request request);
  bool Receive(std::size_t thread);

  CallbackState callbacks;
  Fd nothing{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};  // takes the place of the listener
  mg_context* context = nullptr;
};

Engine::State::~State() {
  if (context == nullptr) return;
  // CivetWeb's threads look at its wish to stop every two seconds, or when something happens.
  for (Link& link : callbacks.links) link.connection = Fd();
  eventfd_write(nothing.get(), 1);
  shutdown(callbacks.listener.get(), SHUT_RDWR);  // wakes a thread that began to wait for it
  mg_stop(context);
}

Status Engine::State::Start() {
  if (Status enough = CheckDescriptors(); !enough) return enough;
  callbacks.listener = ListenForLinks();
  if (!callbacks.listener.valid() || !nothing.valid()) {
    return ErrnoError("HTTP: open a socket", errno);
  }
  mg_callbacks functions{};
  functions.begin_request = OnRequest;
  functions.log_message = OnLog;
  functions.init_context = OnContext;
  const std::string threads = std::to_string(kThreads);
  // No document_root: CivetWeb then has no files, listings, scripts or redirects to offer.
  // clang-format off
  const char* settings[] = {
      "listening_ports", "0",
      "num_threads", threads.c_str(),
      "max_request_size", "32768",
      "enable_keep_alive", "yes",
      "keep_alive_timeout_ms", "-1",
      "decode_url", "no",
      "enable_directory_listing", "no",
      "enable_auth_domain_check", "no",
      nullptr};
  // clang-format on
  context = mg_start(&functions, &callbacks, settings);
  // What it says then is only a number.
  if (context == nullptr && callbacks.door >= 0) return ThreadError(EAGAIN).In("HTTP");
  if (context == nullptr) return Error{"HTTP: CivetWeb", callbacks.start_problem, 0};
  if (callbacks.door < 0) return Error{"HTTP: CivetWeb's socket is not found"};
  return OpenLinks();
}

// Connects to each thread, and closes the door after the last.
Status Engine::State::OpenLinks() {
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    Link& link = callbacks.links[thread];
    link.connection = ConnectTo(callbacks.listener);
    if (!link.connection.valid()) return ErrnoError("HTTP: connect to a thread", errno);
    Send(thread, {"GET", "/", "", ""});
    if (!WaitReadable(link.connection.get(), kFirstAnswerMs) || !Receive(thread)) {
      return ThreadError(EAGAIN).In(fmt::format("HTTP: only {} of {}", thread, kThreads));
    }
  }
  if (dup3(nothing.get(), callbacks.door, O_CLOEXEC) < 0) return ErrnoError("HTTP: close", errno);
  shutdown(callbacks.listener.get(), SHUT_RDWR);
  callbacks.started = true;
  return {};
}

void Engine::State::Send(std::size_t thread, Request request) {
  Link& link = callbacks.links[thread];
  {
    const std::lock_guard lock(link.mutex);
    link.request = std::move(request);
  }
  const std::string head =
      fmt::format("GET / HTTP/1.1\r\nHost: engine\r\n{}: {}\r\n\r\n", kThreadHeader, thread);
  const ssize_t sent = send(link.connection.get(), head.data(), head.size(), MSG_NOSIGNAL);
  // A head fits into the buffers of a connection that nothing else is on; see Receive.
  if (sent != static_cast<ssize_t>(head.size())) shutdown(link.connection.get(), SHUT_RDWR);
}

// Returns whether the thread has answered. Lets go of the connection if it has ended.
bool Engine::State::Receive(std::size_t thread) {
  Link& link = callbacks.links[thread];
  std::array<char, kAnswered.size()> text;
  const ssize_t got =
      recv(link.connection.get(), text.data(), text.size() - link.received, MSG_DONTWAIT);
  if (got <= 0 && !(got < 0 && errno == EAGAIN)) link.connection = Fd();
  if (got <= 0) return false;
  link.received += static_cast<std::size_t>(got);
  if (link.received < kAnswered.size()) return false;
  link.received = 0;
  return true;
}

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

Result<Engine> Engine::Start(const Routes& routes) {
  Engine engine(std::make_unique<State>(routes));
  if (const Status started = engine.state_->Start(); !started) return started.error();
  return engine;
}

void Engine::Ask(std::size_t thread, const Request& request) { state_->Send(thread, request); }

int Engine::Descriptor(std::size_t thread) const {
  return state_->callbacks.links[thread].connection.get();
}

bool Engine::IsLost(std::size_t thread) const { return Descriptor(thread) < 0; }

std::optional<Response> Engine::Take(std::size_t thread) {
  if (!state_->Receive(thread)) {
    if (IsLost(thread)) return ErrorResponse(500);
    return std::nullopt;
  }
  Link& link = state_->callbacks.links[thread];
  const std::lock_guard lock(link.mutex);
  return std::exchange(link.response, std::nullopt);
}

}  // namespace bpf_exporter::web
