// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/stoppable_thread.h"
#include "web/client.h"
#include "web/engine.h"

namespace bpf_exporter::web {

// Accepts clients, reads the heads of their requests, has whole ones answered by the engine, and
// sends the answers: one thread that never waits for a client. So clients that idle, drip or do not
// read cost a little memory each, and nobody any time. Whoever connects is answered, if only with a
// 503 while there are too many.
class Gate {
 public:
  // What is told of every request: the route's path ("other" if there is none) and the code.
  using OnRequest = std::function<void(std::string_view path, int code)>;

  // Serves until it is destroyed. All that is given outlives it. Throws std::runtime_error without
  // a thread, or a descriptor, of its own.
  Gate(Fd listener, const Routes& routes, Engine& engine, const OnRequest& on_request);

 private:
  using Clients = std::list<Client>;

  void Run(const StoppableThread::Stop& stop);
  bool Setup();
  void HandleEvents();
  void Handle(std::uint64_t source, std::uint32_t events);
  void AcceptAll();
  void AcceptWithoutDescriptors();
  void Admit(Fd connection);
  void RefuseAtOnce(const Fd& connection);
  void MakeRoom();

  void Advance(Client& client);
  void ReadRequest(Client& client);
  void Answer(Client& client, Response response);
  void Watch(Client& client, std::uint32_t events);
  void AskThreads();
  void TakeAnswer(std::size_t thread);
  void Drop(Client& client);
  void Guard(Client& client, const std::function<void()>& work);

  void LookAtTime();
  void LookAt(Client& client, Client::Clock::time_point now, bool many);
  void LimitBodies();

  const Fd listener_;
  const Routes& routes_;
  Engine& engine_;
  const OnRequest& on_request_;
  const Fd epoll_;
  const std::size_t max_clients_;
  Fd spare_;             // closed to accept, and refuse, a client when descriptors have run out
  bool paused_ = false;  // nothing is accepted until the next look
  Clients clients_;
  std::deque<Client*> waiting_;                     // for a thread
  std::array<Client*, Engine::kThreads> asking_{};  // null: none, or it has gone
  std::vector<std::size_t> free_threads_;
  StoppableThread thread_;  // last, since it uses the others
};

}  // namespace bpf_exporter::web
