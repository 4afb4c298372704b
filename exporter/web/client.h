// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "web/request.h"
#include "web/response.h"

namespace bpf_exporter::web {

// A client's connection: what was received of its request, and what is left to send of the answer.
// Never waits. Used by one thread.
class Client {
 public:
  using Clock = std::chrono::steady_clock;
  enum class State {
    kReading,    // a request is to come, or its rest
    kWaiting,    // a whole one waits for a thread
    kAsking,     // a thread answers it
    kSending,    // the answer is sent
    kLingering,  // all is sent, and the client is to close first: it loses the answer otherwise
    kDone,       // nothing is left to do but to close
  };

  explicit Client(Fd connection) : connection_(std::move(connection)) {}

  int fd() const { return connection_.get(); }
  State state() const { return state_; }
  void SetState(State state);

  // Since when the client has been in this state; while sending, since when nothing was taken.
  Clock::duration Idle(Clock::time_point now) const { return now - since_; }
  // Returns whether nothing has come of the request that it waits for.
  bool IsSilent() const { return !begun_; }
  bool HasAsked() const { return requests_ > 0; }  // before
  // How many bytes it has taken of the answer in each second.
  double BytesPerSecond(Clock::time_point now) const;
  const void* body_owner() const { return response_.owner.get(); }
  Clock::time_point sending_since() const { return sending_since_; }

  // Receives what is there, but no more than one head. Returns false if the connection is broken.
  bool Receive();
  // Takes the next head off what was received; empty if it is not whole.
  std::string TakeHead();
  std::string_view received() const { return received_; }
  bool ended() const { return ended_; }  // the client sends nothing more
  // Throws away what is there. Returns false when nothing more will come, or too much came.
  bool Discard();

  // The request that it waits for an answer to.
  Request request;
  std::string counted_path = "other";
  bool keep = false;

  // Begins to send.
  void Answer(Response response);
  // Sends what fits. Returns false if the connection is broken.
  bool Send();
  bool IsSent() const { return sent_ == head_.size() + body_.size(); }
  // Lets go of the answer, and reads the next request or lingers.
  void Finish();

  std::uint32_t watched = 0;  // events that epoll waits for

 private:
  Fd connection_;
  State state_ = State::kReading;
  Clock::time_point since_ = Clock::now();
  std::size_t requests_ = 0;
  bool begun_ = false;  // something came since it waits for a request
  bool ended_ = false;

  std::string received_;
  std::size_t searched_ = 0;   // of `received_`, without an end of a head
  std::size_t discarded_ = 0;  // bytes

  Response response_;
  std::string head_;
  std::string_view body_;
  std::size_t sent_ = 0;
  Clock::time_point sending_since_;
};

}  // namespace bpf_exporter::web
