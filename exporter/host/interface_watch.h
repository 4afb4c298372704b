// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace bpf_exporter::host {

// The network interfaces of a namespace: their names by index. The first is the one that `ip link`
// shows first, the others are alternative names.
using InterfaceNames = std::map<int, std::vector<std::string>>;

// What one message of the kernel says of an interface.
struct LinkMessage {
  int index = 0;
  bool removed = false;            // else it is there, new or changed
  std::vector<std::string> names;  // empty if it is removed
  std::uint32_t list = 0;          // the number of the request whose answer it belongs to; 0: none
};

// What a datagram of rtnetlink says.
struct LinkMessages {
  std::vector<LinkMessage> messages;  // in their order
  std::uint32_t done = 0;             // the number of the request whose answer is whole; 0: none
  int error = 0;                      // the errno of a request that the kernel refused
  bool lost = false;                  // something is missing: only a new list tells what is there
};

// Cuts a datagram of rtnetlink (rtnetlink(7)) into messages and adds them to `read`. Messages that
// do not speak of an interface as such (bridge ports, wireless events) are left out; what is not of
// the expected form counts as lost.
void ReadLinkMessages(std::string_view datagram, LinkMessages& read);

// Hears of every network interface that is made, removed or renamed in the network namespace in
// which it was opened. It needs no privilege. One thread at a time.
class InterfaceWatch {
 public:
  // Opens the socket; Update() asks for the interfaces that there are. `buffer_bytes` is the size
  // of the socket's buffer for what is not read yet; 0 leaves the kernel's choice.
  static Result<InterfaceWatch> Open(int buffer_bytes = 0);

  // Takes in what happened since the last call. Where the kernel had no room for all of it, the
  // list is asked for again. Waits for the kernel's answers only, each at most a second, and takes
  // a bounded number of them; what is left keeps fd() readable. After an error interfaces() is what
  // was known before, and the next call asks again.
  Status Update();

  // The interfaces as of the last Update(), 65,536 at most.
  const InterfaceNames& interfaces() const { return interfaces_; }
  // Whether the next Update() has to ask for the whole list, though fd() may not be readable.
  bool incomplete() const { return !whole_; }
  // Readable when something happened; for poll(2).
  int fd() const { return fd_.get(); }

 private:
  explicit InterfaceWatch(Fd fd) : fd_(std::move(fd)) {}
  Status AskForList();
  Status Receive(LinkMessages& read);
  void Apply(const LinkMessages& read);

  Fd fd_;
  InterfaceNames interfaces_;
  bool whole_ = false;         // whether interfaces_ is all that there is, but for what fd_ holds
  std::uint32_t request_ = 0;  // the number of the last request
  std::set<int> listed_;       // those that came since that request
};

}  // namespace bpf_exporter::host
