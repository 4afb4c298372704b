// SPDX-License-Identifier: Apache-2.0
// bench_clients PORT CLIENTS SCRAPES PAUSE_MS: CLIENTS threads scrape /metrics with gzip until
// there are SCRAPES in all, each over one connection as Prometheus does, with a pause after each
// one. Prints "MEDIAN P99 WORST", the wall times in milliseconds, and fails when an answer is not
// whole.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

class Connection {
 public:
  explicit Connection(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
    }
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // False if the server has closed the connection, as it may between two requests.
  bool Scrape(std::vector<char>& buffer) {
    constexpr std::string_view kRequest =
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n";
    if (send(fd_, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) return false;
    std::size_t size = 0;
    std::size_t whole = 0;  // head and body, once the head is there
    while (whole == 0 || size < whole) {
      if (size == buffer.size()) buffer.resize(buffer.size() * 2);
      const ssize_t got = recv(fd_, buffer.data() + size, buffer.size() - size, 0);
      if (got == 0 && size == 0) return false;
      if (got <= 0) throw std::runtime_error("the answer is not whole");
      size += static_cast<std::size_t>(got);
      if (whole == 0) whole = WholeSize({buffer.data(), size});
    }
    return true;
  }

 private:
  static std::size_t WholeSize(std::string_view text) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end == text.npos) return 0;
    const std::string_view head = text.substr(0, end + 2);
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t length = head.find(kLength);
    if (!head.starts_with("HTTP/1.1 200") || length == head.npos ||
        head.find("Content-Encoding: gzip") == head.npos) {
      throw std::runtime_error("unexpected answer: " + std::string(head));
    }
    return end + 4 + std::stoul(std::string(head.substr(length + kLength.size(), 20)));
  }

  int fd_;
};

std::vector<double> Scrapes(std::uint16_t port, int count, std::chrono::milliseconds pause) {
  std::vector<double> times;
  std::vector<char> buffer(std::size_t{16} << 20);
  auto connection = std::make_unique<Connection>(port);
  while (times.size() < static_cast<std::size_t>(count)) {
    const auto start = Clock::now();
    while (!connection->Scrape(buffer)) connection = std::make_unique<Connection>(port);
    const std::chrono::duration<double, std::milli> time = Clock::now() - start;
    times.push_back(time.count());
    std::this_thread::sleep_for(pause);
  }
  return times;
}

void Run(const std::vector<std::string>& words) {
  const auto port = static_cast<std::uint16_t>(std::stoul(words.at(1)));
  const int clients = std::stoi(words.at(2));
  const int each = std::stoi(words.at(3)) / clients;
  const std::chrono::milliseconds pause(std::stoi(words.at(4)));
  std::vector<std::future<std::vector<double>>> running;
  for (int i = 0; i < clients; ++i) {
    running.push_back(std::async(std::launch::async, Scrapes, port, each, pause));
  }
  std::vector<double> times;
  for (auto& client : running) {
    const std::vector<double> some = client.get();
    times.insert(times.end(), some.begin(), some.end());
  }
  std::sort(times.begin(), times.end());
  std::printf("%.3f %.3f %.3f\n", times.at(times.size() / 2), times[times.size() * 99 / 100],
              times.back());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Run(std::vector<std::string>(argv, argv + argc));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_clients: %s\n", error.what());
    return 1;
  }
}
