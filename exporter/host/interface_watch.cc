// SPDX-License-Identifier: Apache-2.0
#include "host/interface_watch.h"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "base/bytes.h"

#ifndef IFLA_PROP_LIST
#define IFLA_PROP_LIST 52
#define IFLA_ALT_IFNAME 53
#endif

namespace bpf_exporter::host {
namespace {

constexpr std::size_t kMaxInterfaces = 65'536;
constexpr int kPatienceMs = 1000;
// More than a list of kMaxInterfaces has, at two or more a datagram.
constexpr int kMaxDatagrams = 40'000;
constexpr int kMaxLists = 5;
// The kernel fills at most 32 KiB at a time unless one interface needs more.
constexpr std::size_t kDatagramBytes = 65'536;

struct Attribute {
  unsigned type;
  std::string_view value;
};

// Cuts the first attribute off `rest`; nothing if there is none or it is not whole.
std::optional<Attribute> TakeAttribute(std::string_view& rest) {
  if (rest.size() < sizeof(nlattr)) return std::nullopt;
  const auto header = Load<nlattr>(rest.data());
  if (header.nla_len < sizeof(nlattr) || header.nla_len > rest.size()) return std::nullopt;
  const Attribute attribute{header.nla_type & static_cast<unsigned>(NLA_TYPE_MASK),
                            rest.substr(sizeof(nlattr), header.nla_len - sizeof(nlattr))};
  rest.remove_prefix(std::min<std::size_t>(NLA_ALIGN(header.nla_len), rest.size()));
  return attribute;
}

std::string Text(std::string_view value) { return std::string(value.substr(0, value.find('\0'))); }

std::vector<std::string> NamesIn(std::string_view attributes) {
  std::string name;
  std::vector<std::string> others;
  while (const std::optional<Attribute> attribute = TakeAttribute(attributes)) {
    if (attribute->type == IFLA_IFNAME) name = Text(attribute->value);
    if (attribute->type != IFLA_PROP_LIST) continue;
    std::string_view properties = attribute->value;
    while (const std::optional<Attribute> property = TakeAttribute(properties)) {
      if (property->type == IFLA_ALT_IFNAME) others.push_back(Text(property->value));
    }
  }
  if (name.empty()) return {};
  others.insert(others.begin(), std::move(name));
  return others;
}

void ReadLink(const nlmsghdr& header, std::string_view body, LinkMessages& read) {
  if (body.size() < sizeof(ifinfomsg)) {
    read.lost = true;
    return;
  }
  const auto info = Load<ifinfomsg>(body.data());
  // The bridge tells of its ports with the same types, in a family of its own.
  if (info.ifi_family != AF_UNSPEC) return;
  // Other messages may have the number of somebody else's request, which caused what they tell.
  const bool listed = (header.nlmsg_flags & NLM_F_MULTI) != 0;
  LinkMessage message;
  message.index = info.ifi_index;
  message.removed = header.nlmsg_type == RTM_DELLINK;
  message.list = listed ? header.nlmsg_seq : 0;
  if (!message.removed) {
    message.names =
        NamesIn(body.substr(std::min<std::size_t>(NLMSG_ALIGN(sizeof(ifinfomsg)), body.size())));
    if (message.names.empty()) return;  // a wireless event
  }
  read.messages.push_back(std::move(message));
}

}  // namespace

void ReadLinkMessages(std::string_view datagram, LinkMessages& read) {
  while (!datagram.empty()) {
    nlmsghdr header{};
    if (datagram.size() >= sizeof(header)) header = Load<nlmsghdr>(datagram.data());
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > datagram.size()) {
      read.lost = true;
      return;
    }
    const std::string_view body =
        datagram.substr(sizeof(header), header.nlmsg_len - sizeof(header));
    // The list changed while the kernel went through it.
    if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) read.lost = true;
    if (header.nlmsg_type == RTM_NEWLINK || header.nlmsg_type == RTM_DELLINK) {
      ReadLink(header, body, read);
    } else if (header.nlmsg_type == NLMSG_DONE) {
      read.done = header.nlmsg_seq;
    } else if (header.nlmsg_type == NLMSG_ERROR && body.size() >= sizeof(int)) {
      read.error = -Load<int>(body.data());
    } else if (header.nlmsg_type == NLMSG_OVERRUN) {
      read.lost = true;
    }
    datagram.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
  }
}

Result<InterfaceWatch> InterfaceWatch::Open(int buffer_bytes) {
  Fd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!fd.valid()) return ErrnoError("watch interfaces: open a netlink socket", errno);
  if (buffer_bytes > 0) {
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
  }
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return ErrnoError("watch interfaces: join the group of links", errno);
  }
  return InterfaceWatch(std::move(fd));
}

Status InterfaceWatch::Update() {
  for (int datagrams = 0; datagrams < kMaxDatagrams; ++datagrams) {
    LinkMessages read;
    if (const Status received = Receive(read); !received) {
      if (received.error().code == EAGAIN) break;
      whole_ = false;
      return received;
    }
    if (read.lost) whole_ = false;
    Apply(read);
  }
  // Asked for when nothing is left to read: the kernel drops what it has to tell until then.
  for (int lists = 0; !whole_ && lists < kMaxLists; ++lists) {
    if (const Status listed = AskForList(); !listed) return listed;
  }
  return {};
}

// Asks for all interfaces and takes the answer in, with what happens meanwhile. What was lost on
// the way leaves `whole_` false.
Status InterfaceWatch::AskForList() {
  struct {
    nlmsghdr header;
    ifinfomsg link;
    nlattr filter_header;
    std::uint32_t filter;
  } request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request_ = std::max(request_ + 1, 1U);
  request.header.nlmsg_seq = request_;
  request.filter_header = {sizeof(nlattr) + sizeof(request.filter), IFLA_EXT_MASK};
  request.filter = RTEXT_FILTER_SKIP_STATS;
  if (send(fd_.get(), &request, sizeof(request), 0) < 0) {
    return ErrnoError("watch interfaces: ask for the list", errno);
  }
  listed_.clear();
  bool lost = false;
  for (int datagrams = 0; datagrams < kMaxDatagrams; ++datagrams) {
    pollfd waiting{fd_.get(), POLLIN, 0};
    poll(&waiting, 1, kPatienceMs);
    LinkMessages read;
    if (const Status received = Receive(read); !received) return received;
    lost = lost || read.lost;
    if (read.error != 0) return ErrnoError("watch interfaces: ask for the list", read.error);
    Apply(read);
    if (read.done != request_) continue;
    std::erase_if(interfaces_, [&](const auto& one) { return !listed_.contains(one.first); });
    listed_.clear();
    whole_ = !lost;
    return {};
  }
  return Error{"watch interfaces: the list does not end"};
}

// Reads a datagram. The error EAGAIN: there is none. One that the kernel had to drop, or that is
// not from the kernel, makes `read.lost`, or nothing.
Status InterfaceWatch::Receive(LinkMessages& read) {
  std::array<char, kDatagramBytes> buffer;
  sockaddr_nl sender{};
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = &sender;
  message.msg_namelen = sizeof(sender);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ssize_t got = 0;
  do {
    got = recvmsg(fd_.get(), &message, 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && errno == ENOBUFS) {
    read.lost = true;
    return {};
  }
  if (got < 0) return ErrnoError("watch interfaces: read", errno);
  if (sender.nl_pid != 0) return {};
  if ((message.msg_flags & MSG_TRUNC) != 0) read.lost = true;
  ReadLinkMessages({buffer.data(), static_cast<std::size_t>(got)}, read);
  return {};
}

void InterfaceWatch::Apply(const LinkMessages& read) {
  for (const LinkMessage& message : read.messages) {
    if (message.list != 0 && message.list != request_) continue;  // a list given up
    if (message.removed) {
      interfaces_.erase(message.index);
      listed_.erase(message.index);
    } else if (interfaces_.size() < kMaxInterfaces || interfaces_.contains(message.index)) {
      interfaces_.insert_or_assign(message.index, message.names);
      listed_.insert(message.index);
    }
  }
}

}  // namespace bpf_exporter::host
