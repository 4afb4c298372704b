// SPDX-License-Identifier: Apache-2.0
// Tests: server_test.cc
#include "web/client.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "web/request_head.h"

namespace bpf_exporter::web {
namespace {

constexpr std::size_t kMaxAtOnce = 1 << 20;  // sent before other clients have their turn
constexpr std::size_t kMaxDiscarded = 1 << 20;

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

void Client::SetState(State state) {
  state_ = state;
  since_ = Clock::now();
  begun_ = !received_.empty();
}

double Client::BytesPerSecond(Clock::time_point now) const {
  const double seconds = std::chrono::duration<double>(now - sending_since_).count();
  return static_cast<double>(sent_) / std::max(seconds, 1e-3);
}

bool Client::Receive() {
  std::array<char, 4096> buffer;
  while (received_.size() < kMaxHead && !ended_) {
    const std::size_t room = std::min(buffer.size(), kMaxHead - received_.size());
    const ssize_t got = recv(fd(), buffer.data(), room, MSG_DONTWAIT);
    if (got < 0) return WouldBlock();
    if (got == 0) {
      ended_ = true;
      break;
    }
    if (!begun_) since_ = Clock::now();
    begun_ = true;
    received_.append(buffer.data(), static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) < room) break;
  }
  return true;
}

std::string Client::TakeHead() {
  if (searched_ == 0) received_.erase(0, EmptyLinesBefore(received_));
  const std::size_t end = EndOfHead(received_, searched_);
  if (end == std::string::npos) {
    // An empty line before the request may have come by half.
    searched_ = received_ == "\r" ? 0 : received_.size();
    return "";
  }
  std::string head = received_.substr(0, end);
  received_.erase(0, end);
  searched_ = 0;
  ++requests_;
  return head;
}

bool Client::Discard() {
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t got = recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return WouldBlock();
    if (got == 0) return false;
    discarded_ += static_cast<std::size_t>(got);
    if (discarded_ > kMaxDiscarded) return false;
  }
}

void Client::Answer(Response response) {
  keep = keep && !(ended_ && received_.empty());
  response_ = std::move(response);
  head_ = HeadText(response_, keep ? "keep-alive" : "close");
  body_ = request.method == "HEAD" ? std::string_view() : response_.body;
  sent_ = 0;
  SetState(State::kSending);
  sending_since_ = Clock::now();
}

bool Client::Send() {
  const std::size_t enough = std::min(sent_ + kMaxAtOnce, head_.size() + body_.size());
  while (sent_ < enough) {
    const std::size_t of_head = std::min(sent_, head_.size());
    const std::string_view head = std::string_view(head_).substr(of_head);
    const std::string_view body = body_.substr(sent_ - of_head, enough - sent_ - head.size());
    // sendmsg does not write to what these point to.
    std::array<iovec, 2> parts = {iovec{const_cast<char*>(head.data()), head.size()},
                                  iovec{const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t sent = sendmsg(fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return WouldBlock();
    sent_ += static_cast<std::size_t>(sent);
    since_ = Clock::now();
  }
  return true;
}

void Client::Finish() {
  response_ = Response();
  head_.clear();
  body_ = {};
  sent_ = 0;
  request = Request();
  counted_path = "other";
  if (keep) {
    keep = false;
    SetState(State::kReading);
    return;
  }
  shutdown(fd(), SHUT_WR);
  SetState(ended_ ? State::kDone : State::kLingering);
}

}  // namespace bpf_exporter::web
