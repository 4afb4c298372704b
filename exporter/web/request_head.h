// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "web/request.h"

// The head of a request as RFC 9112 wants it read: what it says a server must accept is accepted,
// and what could be read in two ways is refused.
namespace bpf_exporter::web {

// The most bytes of a head, and of its first line.
inline constexpr std::size_t kMaxHead = 16 << 10;
inline constexpr std::size_t kMaxRequestLine = 8 << 10;

// Returns how many empty lines, in bytes, stand before the request; they are passed over.
std::size_t EmptyLinesBefore(std::string_view bytes);

// Returns where the head that `bytes` begin with ends, after its empty line; npos if it goes on.
// Those before `from` are known to hold no end.
std::size_t EndOfHead(std::string_view bytes, std::size_t from);

struct RequestHead {
  Request request;               // "*" is the path of OPTIONS *
  bool keeps_connection = true;  // the client wants it, and no body follows
};

// Why a request is not served: the connection ends after the answer.
struct Refusal {
  int status = 400;
  std::string reason;  // may be empty
};

// Reads a whole head.
std::variant<RequestHead, Refusal> ParseHead(std::string_view head);

// Returns the refusal of a head that goes on after these bytes, if it is sure already: too long, or
// not of HTTP (such as the first bytes of TLS). Its status is 0 if there is hope.
Refusal RefuseEarly(std::string_view bytes);

}  // namespace bpf_exporter::web
