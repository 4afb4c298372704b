// SPDX-License-Identifier: Apache-2.0
// Tests: server_test.cc
#include "web/gate.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <map>
#include <stdexcept>
#include <utility>
#include <variant>

#include "base/log.h"
#include "base/result.h"
#include "web/request_head.h"

namespace bpf_exporter::web {
namespace {

using Clock = Client::Clock;
using State = Client::State;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxClients = 1000;  // each takes a descriptor, and at most a head's memory
constexpr std::size_t kMaxRefused = 200;   // further ones that are being told so
constexpr int kMaxTurns = 32;              // requests and answers before others have their turn
constexpr std::size_t kMaxBodies = 8;      // pages that slow clients keep in memory

constexpr milliseconds kLook{250};  // between two looks at the clock
constexpr milliseconds kWithoutClients = std::chrono::hours(1);
constexpr seconds kMaxHeadTime{10};       // for a request to come
constexpr seconds kMaxKept{60};           // until the next one
constexpr seconds kMaxWaiting{5};         // for a thread
constexpr seconds kMaxWithoutTaking{10};  // anything of an answer
constexpr seconds kMaxLingering{2};
// While clients are many, those that take less are cut off, and those that wait this long give way.
constexpr double kLeastBytesPerSecond = 16000;
constexpr seconds kMeasured{2};
constexpr milliseconds kGrace{500};

// Where epoll's events come from; other numbers are addresses of clients.
constexpr std::uint64_t kListener = 0;
constexpr std::uint64_t kFirstThread = 1;

std::size_t MaxClients() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMaxClients;
  return std::min<rlim_t>(kMaxClients, limit.rlim_cur / 2);
}

Fd Epoll() {
  Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) throw std::runtime_error(ErrnoError("wait for clients", errno).Message());
  return epoll;
}

Fd SpareDescriptor() { return Fd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool Add(const Fd& epoll, int fd, std::uint64_t source, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = source;
  return epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

Response Options() {
  Response response = TextResponse(200, "");
  response.headers.emplace_back("Allow", "GET, HEAD");
  return response;
}

Response WrongMethod() {
  Response response = ErrorResponse(405);
  response.headers.emplace_back("Allow", "GET, HEAD");
  return response;
}

Response Refused(const Refusal& refusal) { return ErrorResponse(refusal.status, refusal.reason); }

}  // namespace

Gate::Gate(Fd listener, const Routes& routes, Engine& engine, const OnRequest& on_request)
    : listener_(std::move(listener)),
      routes_(routes),
      engine_(engine),
      on_request_(on_request),
      epoll_(Epoll()),
      max_clients_(MaxClients()),
      spare_(SpareDescriptor()),
      thread_([this](const StoppableThread::Stop& stop) { Run(stop); }) {}

void Gate::Run(const StoppableThread::Stop& stop) {
  if (!Setup()) return log::Error("{}", ErrnoError("HTTP: wait for clients", errno).Message());
  Clock::time_point looked = Clock::now();
  for (;;) {
    const bool idle = clients_.empty() && !paused_;
    if (stop.Wait(idle ? kWithoutClients : kLook, {epoll_.get()})) return;
    HandleEvents();
    if (Clock::now() - looked < kLook) continue;
    LookAtTime();
    looked = Clock::now();
  }
}

bool Gate::Setup() {
  for (std::size_t thread = 0; thread < Engine::kThreads; ++thread) {
    free_threads_.push_back(thread);
    if (!Add(epoll_, engine_.Descriptor(thread), kFirstThread + thread, EPOLLIN)) return false;
  }
  return Add(epoll_, listener_.get(), kListener, EPOLLIN);
}

void Gate::HandleEvents() {
  std::array<epoll_event, 64> events;
  const int count = epoll_wait(epoll_.get(), events.data(), events.size(), 0);
  for (int i = 0; i < count; ++i) Handle(events[i].data.u64, events[i].events);
  // Not before: an event may be of a client that one before it ended.
  clients_.remove_if([](const Client& client) { return client.state() == State::kDone; });
}

// Runs `work` for a client; whatever it throws ends that client alone.
void Gate::Guard(Client& client, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    log::Error("HTTP client: {}", error.what());
    Drop(client);
  }
}

void Gate::Handle(std::uint64_t source, std::uint32_t events) {
  if (source == kListener) return AcceptAll();
  if (source - kFirstThread < Engine::kThreads) return TakeAnswer(source - kFirstThread);
  // epoll gives back the address that it was given.
  Client& client = *reinterpret_cast<Client*>(source);  // NOLINT(performance-no-int-to-ptr)
  if (client.state() == State::kDone) return;
  Guard(client, [&] {
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return Drop(client);
    if (client.state() == State::kWaiting || client.state() == State::kAsking) {
      return Watch(client, 0);  // the next request, or the end, is looked at later
    }
    Advance(client);
  });
}

void Gate::AcceptAll() {
  for (int i = 0; i < 64; ++i) {  // then others have their turn
    Fd connection(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (connection.valid()) {
      Admit(std::move(connection));
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
      AcceptWithoutDescriptors();
    }
    return;
  }
}

// Accepts one client with the spare descriptor and refuses it. Without a spare one, nothing is
// accepted until the next look, rather than without a rest.
void Gate::AcceptWithoutDescriptors() {
  spare_ = Fd();
  const Fd connection(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (connection.valid()) return RefuseAtOnce(connection);
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_.get(), nullptr);
  paused_ = true;
}

void Gate::Admit(Fd connection) {
  try {
    if (clients_.size() >= max_clients_ + kMaxRefused) return RefuseAtOnce(connection);
    const int on = 1;
    setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    Client& client = clients_.emplace_back(std::move(connection));
    client.watched = EPOLLIN;
    const auto source = reinterpret_cast<std::uint64_t>(&client);
    if (!Add(epoll_, client.fd(), source, client.watched)) return Drop(client);
    Guard(client, [&] {
      if (clients_.size() > max_clients_) MakeRoom();
      // Often the request is there already.
      if (client.state() == State::kReading) Advance(client);
    });
  } catch (const std::exception& error) {
    log::Error("HTTP client: {}", error.what());
  }
}

// Sends a refusal without waiting for anything, as far as it goes.
void Gate::RefuseAtOnce(const Fd& connection) {
  try {
    const Response response = ErrorResponse(503);
    const std::string text = HeadText(response, "close") + std::string(response.body);
    static_cast<void>(!send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL));
    shutdown(connection.get(), SHUT_WR);
    if (on_request_) on_request_("other", 503);
  } catch (const std::exception& error) {
    log::Error("HTTP client: {}", error.what());
  }
}

// Has the client give way that has waited longest for its next request, or for its first, but not
// for less than kGrace. If there is none, the newest gives way.
void Gate::MakeRoom() {
  Client* longest = nullptr;
  const Clock::time_point now = Clock::now();
  const auto kept = [](const Client& client) { return client.HasAsked() && client.IsSilent(); };
  for (Client& client : clients_) {
    if (client.state() != State::kReading || client.Idle(now) < kGrace) continue;
    if (longest == nullptr || (kept(client) && !kept(*longest)) ||
        (kept(client) == kept(*longest) && client.Idle(now) > longest->Idle(now))) {
      longest = &client;
    }
  }
  if (longest == nullptr) longest = &clients_.back();
  if (kept(*longest)) return Drop(*longest);
  Answer(*longest, ErrorResponse(503));
  Advance(*longest);
}

// Does for a client what can be done without waiting.
void Gate::Advance(Client& client) {
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    switch (client.state()) {
      case State::kReading:
        ReadRequest(client);
        if (client.state() == State::kReading) return Watch(client, EPOLLIN);
        break;
      case State::kSending:
        if (!client.Send()) return Drop(client);
        if (!client.IsSent()) return Watch(client, EPOLLOUT);
        client.Finish();
        break;
      case State::kLingering:
        return client.Discard() ? Watch(client, EPOLLIN) : Drop(client);
      default:
        return;
    }
  }
  Watch(client, EPOLLIN | EPOLLOUT);  // it pipelines: go on after the others
}

// Reads a request, if it is whole, and answers it or has it wait for a thread.
void Gate::ReadRequest(Client& client) {
  if (!client.Receive()) return Drop(client);
  const std::string head = client.TakeHead();
  // What answers HEAD has no body, whatever is wrong with the rest of the request.
  const std::string_view begin = head.empty() ? client.received() : head;
  if (begin.starts_with("HEAD ")) client.request.method = "HEAD";
  if (head.empty()) {
    const Refusal refusal = RefuseEarly(client.received());
    if (refusal.status != 0) return Answer(client, Refused(refusal));
    if (!client.ended()) return;
    if (client.IsSilent()) return Drop(client);
    return Answer(client, ErrorResponse(400, "the request ends too early"));
  }
  std::variant<RequestHead, Refusal> parsed = ParseHead(head);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) return Answer(client, Refused(*refusal));
  auto& read = std::get<RequestHead>(parsed);
  client.request = std::move(read.request);
  client.keep = read.keeps_connection;
  const std::string& method = client.request.method;
  if (client.request.path == "*") return Answer(client, Options());
  const auto route = routes_.find(client.request.path);
  if (route == routes_.end()) return Answer(client, ErrorResponse(404));
  client.counted_path = route->first;
  if (method != "GET" && method != "HEAD") return Answer(client, WrongMethod());
  client.SetState(State::kWaiting);
  waiting_.push_back(&client);
  AskThreads();
}

void Gate::Answer(Client& client, Response response) {
  const int status = response.status;
  client.Answer(std::move(response));
  if (on_request_) on_request_(client.counted_path, status);
}

void Gate::Watch(Client& client, std::uint32_t events) {
  if (client.watched == events) return;
  epoll_event event{};
  event.events = events;
  event.data.u64 = reinterpret_cast<std::uint64_t>(&client);
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, client.fd(), &event) != 0) return Drop(client);
  client.watched = events;
}

void Gate::AskThreads() {
  while (!waiting_.empty() && !free_threads_.empty()) {
    const std::size_t thread = free_threads_.back();
    free_threads_.pop_back();
    Client& client = *waiting_.front();
    waiting_.pop_front();
    asking_[thread] = &client;
    client.SetState(State::kAsking);
    engine_.Ask(thread, client.request);
  }
}

void Gate::TakeAnswer(std::size_t thread) {
  std::optional<Response> response = engine_.Take(thread);
  if (!response) return;
  Client* client = std::exchange(asking_[thread], nullptr);
  if (engine_.IsLost(thread)) {
    log::Error("HTTP: a thread of CivetWeb is lost");
  } else {
    free_threads_.push_back(thread);
  }
  if (client != nullptr) {
    Guard(*client, [&] {
      Answer(*client, *std::move(response));
      Advance(*client);
    });
  }
  AskThreads();
}

// Ends a client; it is closed after the events at hand.
void Gate::Drop(Client& client) {
  std::erase(waiting_, &client);
  std::replace(asking_.begin(), asking_.end(), &client, static_cast<Client*>(nullptr));
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, client.fd(), nullptr);
  client.SetState(State::kDone);
}

void Gate::LookAtTime() {
  if (!spare_.valid()) spare_ = SpareDescriptor();
  if (paused_) paused_ = !Add(epoll_, listener_.get(), kListener, EPOLLIN);
  const Clock::time_point now = Clock::now();
  const bool many = clients_.size() > max_clients_ / 2;
  for (Client& client : clients_) Guard(client, [&] { LookAt(client, now, many); });
  LimitBodies();
  clients_.remove_if([](const Client& client) { return client.state() == State::kDone; });
}

// Ends what takes a client too long.
void Gate::LookAt(Client& client, Clock::time_point now, bool many) {
  const auto idle = client.Idle(now);
  switch (client.state()) {
    case State::kReading:
      if (client.IsSilent() && client.HasAsked()) {
        if (idle > kMaxKept) Drop(client);
      } else if (idle > kMaxHeadTime) {
        Answer(client, ErrorResponse(408));
        Advance(client);
      }
      return;
    case State::kWaiting:
      if (idle <= kMaxWaiting) return;
      std::erase(waiting_, &client);
      client.keep = false;
      Answer(client, ErrorResponse(503));
      return Advance(client);
    case State::kSending:
      if (idle > kMaxWithoutTaking || (many && now - client.sending_since() > kMeasured &&
                                       client.BytesPerSecond(now) < kLeastBytesPerSecond)) {
        Drop(client);
      }
      return;
    case State::kLingering:
      if (idle > kMaxLingering) Drop(client);
      return;
    default:
      return;
  }
}

// Cuts off the clients that have been reading longest, while they keep too many pages in memory.
void Gate::LimitBodies() {
  std::map<const void*, Clock::time_point> bodies;  // since when the first client reads each
  for (const Client& client : clients_) {
    if (client.state() != State::kSending) continue;
    const auto [body, added] = bodies.emplace(client.body_owner(), client.sending_since());
    if (!added) body->second = std::min(body->second, client.sending_since());
  }
  while (bodies.size() > kMaxBodies) {
    const auto oldest =
        std::min_element(bodies.begin(), bodies.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    for (Client& client : clients_) {
      const bool reads = client.state() == State::kSending && client.body_owner() == oldest->first;
      if (reads) Drop(client);
    }
    bodies.erase(oldest);
  }
}

}  // namespace bpf_exporter::web
