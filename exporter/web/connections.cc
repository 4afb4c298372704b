// SPDX-License-Identifier: Apache-2.0
// Tests: server_test.cc
#include "web/connections.h"

#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "base/log.h"
#include "base/result.h"

namespace bpf_exporter::web {
namespace {

constexpr std::chrono::milliseconds kWatch{10};                     // between two looks
constexpr std::chrono::milliseconds kIdle = std::chrono::hours(1);  // until something happens
// A client that has only just connected may have its request on the way.
constexpr std::chrono::milliseconds kGrace{10};

// Whether the client sent something that no thread has read: it is in CivetWeb's queue.
bool HasUnread(int fd) {
  int bytes = 0;
  return ioctl(fd, FIONREAD, &bytes) == 0 && bytes > 0;
}

// How long nothing was sent to the client, from its connection on; nothing if it is closed already.
std::optional<std::chrono::milliseconds> SilentFor(int fd) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (info.tcpi_state != TCP_ESTABLISHED && info.tcpi_state != TCP_CLOSE_WAIT) return std::nullopt;
  return std::chrono::milliseconds(info.tcpi_last_data_sent);
}

// Calls use(fd) for every socket of this process that has that port. CivetWeb does not tell which
// sockets it has.
template <typename Use>
void ForEachSocket(int port, Use&& use) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
       !error && entry != end; entry.increment(error)) {
    const int fd = std::atoi(entry->path().filename().c_str());
    const auto local = SocketAddress::Of(fd, getsockname);
    if (local && local->port() == port) use(fd);
  }
}

// Calls use(fd, client) for those that have a client.
template <typename Use>
void ForEachConnection(int port, Use&& use) {
  ForEachSocket(port, [&](int fd) {
    if (const auto client = SocketAddress::Of(fd, getpeername)) use(fd, IdOf(*client));
  });
}

// Over the loopback interface a segment can be as large as a client's whole receive window. Each
// then waits for an acknowledgement that the client delays by 40 ms: one gzip scrape in a hundred
// took that long, and none does with segments of which several fit. Ethernet's are smaller anyway.
constexpr int kMaxSegment = 8192;

}  // namespace

void LimitSegments(int port) {
  ForEachSocket(port, [](int fd) {
    int listens = 0;
    socklen_t size = sizeof(listens);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) return;
    // Without it scrapes are only slower.
    if (setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &kMaxSegment, sizeof(kMaxSegment)) != 0) {
      log::Debug("{}", ErrnoError("HTTP: limit the segments", errno).Message());
    }
  });
}

Connections::Connections(std::size_t threads)
    : threads_(threads),
      pressure_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      watcher_([this](const StoppableThread::Stop& stop) { Watch(stop); }) {}

bool Connections::UnderPressure() const {
  const std::lock_guard lock(mutex_);
  return open_ >= threads_ / 2;
}

void Connections::Watch(const StoppableThread::Stop& stop) {
  // Without the descriptor, which happens when they have run out, it looks now and then.
  const std::chrono::milliseconds most = pressure_.valid() ? kIdle : kWatch;
  while (!stop.Wait(most, {pressure_.get()})) {
    eventfd_t signals = 0;
    eventfd_read(pressure_.get(), &signals);
    while (UnderPressure()) {
      CutOffSome();
      if (stop.Wait(kWatch, {})) return;
    }
  }
}

void Connections::CutOffSome() const {
  try {
    const std::lock_guard lock(mutex_);
    LeaveIdle(threads_ / 2 - 1, kGrace);
  } catch (const std::exception& error) {
    log::Error("HTTP connections: {}", error.what());
  }
}

void Connections::SetPort(int port) {
  const std::lock_guard lock(mutex_);
  port_ = port;
}

void Connections::Opened() {
  const std::lock_guard lock(mutex_);
  if (++open_ != threads_ / 2) return;
  if (pressure_.valid()) eventfd_write(pressure_.get(), 1);
}

void Connections::Busy(const char* ip, int port) {
  const std::lock_guard lock(mutex_);
  busy_.insert(IdOf(ip, port));
}

void Connections::Waits(const char* ip, int port) {
  const std::lock_guard lock(mutex_);
  busy_.erase(IdOf(ip, port));
}

void Connections::Closed(const char* ip, int port) {
  const std::lock_guard lock(mutex_);
  busy_.erase(IdOf(ip, port));
  --open_;
}

void Connections::CutOffIdle() {
  const std::lock_guard lock(mutex_);
  LeaveIdle(0, {});
}

bool Connections::HasSpareThreads() const {
  const std::lock_guard lock(mutex_);
  return open_ + 1 < threads_;
}

// Cuts off those that have waited longest, all but `most` and those that wait for less than
// `grace`. Those in CivetWeb's queue count like those that have a thread: which is which, it does
// not tell. No socket that may be cut off is closed meanwhile, for that needs the lock first
// (Busy).
void Connections::LeaveIdle(std::size_t most, std::chrono::milliseconds grace) const {
  std::vector<std::pair<std::chrono::milliseconds, int>> idle;  // fds
  ForEachConnection(port_, [&](int fd, const ClientId& client) {
    if (busy_.contains(client) || HasUnread(fd)) return;
    if (const auto silent = SilentFor(fd)) idle.emplace_back(*silent, fd);
  });
  if (idle.size() <= most) return;
  std::sort(idle.rbegin(), idle.rend());
  idle.resize(idle.size() - most);
  for (const auto& [silent, fd] : idle) {
    if (silent >= grace) shutdown(fd, SHUT_RDWR);  // its thread closes it
  }
}

}  // namespace bpf_exporter::web
