// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "web/request.h"
#include "web/response.h"

namespace bpf_exporter::web {

// Answers one request; called by several threads at once. What it throws becomes a 500.
using Handler = std::function<Response(const Request&)>;
// By exact path; all else is 404.
using Routes = std::map<std::string, Handler>;

// CivetWeb, which answers requests that are whole on its own threads. It serves a connection with
// one thread from its first byte to its last, so it is never given a client's: each thread has one
// connection, to this class, over which it learns that there is a request. What is asked for and
// the answers go by reference: a page is never copied, and CivetWeb, which ends a connection whose
// head it does not like, reads nothing that a client wrote. One thread uses an Engine.
class Engine {
 public:
  static constexpr std::size_t kThreads = 8;

  // Makes the threads, and waits until each has answered. `routes` outlive the engine.
  static Result<Engine> Start(const Routes& routes);
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();  // waits for handlers that are at work

  // Has that thread answer `request`. It must have nothing to do.
  void Ask(std::size_t thread, const Request& request);

  // Returns the descriptor that is readable when the thread has answered.
  int Descriptor(std::size_t thread) const;

  // Returns the answer of that thread, if it is there. A thread that cannot answer any more gives
  // a 500 now, and IsLost from then on.
  std::optional<Response> Take(std::size_t thread);
  bool IsLost(std::size_t thread) const;

 private:
  struct State;
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter::web
