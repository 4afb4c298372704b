#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <utility>

namespace bpf_exporter {

// The connections of a server that has a thread for each. When half of the threads are taken, those
// connections are cut off that have waited longest for their client to send a request, until they
// are fewer than half of the threads: clients that idle or drip then cannot keep others waiting,
// however many they are. Any thread.
class Connections {
 public:
  explicit Connections(std::size_t threads) : threads_(threads) {}

  // The port whose connections these are; until it is known, none is cut off.
  void SetPort(int port);

  // A connection has got a thread, which it gives back at Closed.
  void Opened();
  // The one with that client (an IPv4 address) is being answered; or it waits for a request. Busy
  // is also what is about to be closed.
  void Busy(const char* ip, int port);
  void Waits(const char* ip, int port);
  void Closed(const char* ip, int port);

  // Cuts off all that wait; when the server stops.
  void CutOffIdle();

  // Whether threads are left: a connection may keep its own while it waits, or take its time.
  bool Spare() const;

 private:
  using Client = std::pair<std::uint32_t, std::uint16_t>;  // address and port, as on the wire

  static Client ClientOf(const char* ip, int port);
  void LeaveIdle(std::size_t most) const;

  const std::size_t threads_;
  mutable std::mutex mutex_;  // guards what follows
  int port_ = 0;
  std::size_t open_ = 0;
  std::set<Client> busy_;
};

}  // namespace bpf_exporter
