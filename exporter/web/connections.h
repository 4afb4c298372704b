// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <set>

#include "base/fd.h"
#include "base/stoppable_thread.h"
#include "web/socket_address.h"

namespace bpf_exporter::web {

// Bounds the segments of the connections that will be accepted at that port of this process, so
// that a client on the same host acknowledges them at once.
void LimitSegments(int port);

// The connections of a server that has a thread for each. While half of the threads are taken, a
// thread of this class cuts off the connections that have waited longest for a request, until they
// are fewer than half of the threads: clients that idle or drip then cannot keep others waiting,
// however many they are. Any thread.
class Connections {
 public:
  explicit Connections(std::size_t threads);

  // The port whose connections these are; until it is known, none is cut off.
  void SetPort(int port);

  // A connection has got a thread, which it gives back at Closed.
  void Opened();
  // The one with that client (`ip` in digits) is being answered; or it waits for a request. Busy is
  // also what is about to be closed.
  void Busy(const char* ip, int port);
  void Waits(const char* ip, int port);
  void Closed(const char* ip, int port);

  // Cuts off all that wait; when the server stops.
  void CutOffIdle();

  // Returns whether threads are left: a connection may then keep its own while it waits, or take
  // its time.
  bool HasSpareThreads() const;

 private:
  void Watch(const StoppableThread::Stop& stop);
  bool UnderPressure() const;
  void CutOffSome() const;
  void LeaveIdle(std::size_t most, std::chrono::milliseconds grace) const;

  const std::size_t threads_;
  mutable std::mutex mutex_;  // guards what follows
  int port_ = 0;
  std::size_t open_ = 0;
  std::set<ClientId> busy_;
  const Fd pressure_;        // an eventfd, readable once half of the threads are taken
  StoppableThread watcher_;  // last: it ends before what it uses
};

}  // namespace bpf_exporter::web
