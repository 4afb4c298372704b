// SPDX-License-Identifier: Apache-2.0
// Tests: tc_filter_test.cc
#include "kernel/attach/tc_netlink.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <set>
#include <string_view>

#include "base/fd.h"

namespace bpf_exporter::kernel {
namespace {

// The kernel fills at most 32 KiB of an answer at a time.
constexpr std::size_t kDatagramBytes = 65'536;
constexpr int kMaxDatagrams = 40'000;
constexpr unsigned kPrioritiesAt = 16;  // the bit of tcm_info where the priority begins

std::uint32_t ParentOf(const TcHook& hook) {
  return TC_H_MAKE(TC_H_CLSACT, hook.ingress ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
}

// A request of traffic control, to which attributes are added.
class Request {
 public:
  Request(std::uint16_t type, int flags) {
    header().nlmsg_len = NLMSG_LENGTH(sizeof(tcmsg));
    header().nlmsg_type = type;
    header().nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    message().tcm_family = AF_UNSPEC;
  }

  nlmsghdr& header() { return *reinterpret_cast<nlmsghdr*>(bytes_); }
  tcmsg& message() { return *reinterpret_cast<tcmsg*>(bytes_ + NLMSG_HDRLEN); }

  void Add(std::uint16_t type, const void* value, std::size_t size) {
    rtattr* attribute = Open(type);
    attribute->rta_len = static_cast<std::uint16_t>(RTA_LENGTH(size));
    std::memcpy(RTA_DATA(attribute), value, size);
    header().nlmsg_len += RTA_ALIGN(attribute->rta_len);
  }
  void Add(std::uint16_t type, std::uint32_t value) { Add(type, &value, sizeof(value)); }
  void Add(std::uint16_t type, const std::string& text) {
    Add(type, text.c_str(), text.size() + 1);
  }

  // Begins an attribute that holds those which are added until Close().
  rtattr* OpenNested(std::uint16_t type) {
    rtattr* attribute = Open(type);
    header().nlmsg_len += RTA_LENGTH(0);
    return attribute;
  }
  void Close(rtattr* nested) {
    nested->rta_len = static_cast<std::uint16_t>(bytes_ + header().nlmsg_len -
                                                 reinterpret_cast<std::byte*>(nested));
  }

 private:
  rtattr* Open(std::uint16_t type) {
    auto* attribute = reinterpret_cast<rtattr*>(bytes_ + NLMSG_ALIGN(header().nlmsg_len));
    attribute->rta_type = type;
    return attribute;
  }

  alignas(nlmsghdr) std::byte bytes_[1024] = {};  // the name of a filter has 255 bytes at most
};

// Sends the request and hands each message of the answer to `take`, until its end: that of a list,
// or an acknowledgement. An error is without context.
template <typename Take>
Status Ask(Request& request, Take take) {
  const Fd socket_fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket_fd.valid()) return ErrnoError("open a netlink socket", errno);
  const timeval patience{1, 0};
  setsockopt(socket_fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (send(socket_fd.get(), &request.header(), request.header().nlmsg_len, 0) < 0) {
    return ErrnoError("", errno);
  }
  std::vector<nlmsghdr> buffer(kDatagramBytes / sizeof(nlmsghdr));
  for (int datagrams = 0; datagrams < kMaxDatagrams; ++datagrams) {
    ssize_t length = recv(socket_fd.get(), buffer.data(), kDatagramBytes, 0);
    if (length < 0) return ErrnoError("", errno);
    for (const nlmsghdr* header = buffer.data(); NLMSG_OK(header, length);
         header = NLMSG_NEXT(header, length)) {
      if (header->nlmsg_type == NLMSG_DONE) return {};
      if (header->nlmsg_type == NLMSG_ERROR) {
        const int code = -static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
        return code == 0 ? Status() : ErrnoError("", code);
      }
      if (header->nlmsg_len >= NLMSG_LENGTH(sizeof(tcmsg))) take(*header);
    }
  }
  return Error{"the answer does not end", EIO};
}

// Hands each attribute in `length` bytes from `first` on to `take(type, value)`.
template <typename Take>
void ForEach(const void* first, std::size_t length, Take take) {
  auto left = static_cast<int>(length);
  for (auto* attribute = static_cast<const rtattr*>(first); RTA_OK(attribute, left);
       attribute = RTA_NEXT(attribute, left)) {
    take(attribute->rta_type & NLA_TYPE_MASK,
         std::string_view(static_cast<const char*>(RTA_DATA(attribute)), RTA_PAYLOAD(attribute)));
  }
}

template <typename Take>
void ForEach(const nlmsghdr& header, Take take) {
  const auto* message = static_cast<const char*>(NLMSG_DATA(&header));
  ForEach(message + NLMSG_ALIGN(sizeof(tcmsg)),
          header.nlmsg_len - NLMSG_LENGTH(NLMSG_ALIGN(sizeof(tcmsg))), take);
}

std::string Text(std::string_view value) { return std::string(value.substr(0, value.find('\0'))); }

Request ListOfFilters(const TcHook& hook) {
  Request request(RTM_GETTFILTER, NLM_F_DUMP);
  request.message().tcm_ifindex = hook.interface;
  request.message().tcm_parent = ParentOf(hook);
  return request;
}

}  // namespace

std::string TcHookName(const TcHook& hook) {
  char name[IF_NAMESIZE];
  const bool has_name = if_indextoname(static_cast<unsigned>(hook.interface), name) != nullptr;
  return fmt::format("{} of interface {}", hook.ingress ? "ingress" : "egress",
                     has_name ? std::string(name) : std::to_string(hook.interface));
}

Result<std::vector<int>> InterfacesWithTcHooks() {
  std::set<int> interfaces;
  Request request(RTM_GETQDISC, NLM_F_DUMP);
  const Status listed = Ask(request, [&](const nlmsghdr& header) {
    const auto* message = static_cast<const tcmsg*>(NLMSG_DATA(&header));
    if (message->tcm_parent == TC_H_CLSACT) interfaces.insert(message->tcm_ifindex);
  });
  if (!listed) return listed.error().In("list the qdiscs of interfaces");
  return std::vector<int>(interfaces.begin(), interfaces.end());
}

Result<std::vector<TcBpfFilter>> TcBpfFiltersAt(const TcHook& hook) {
  std::vector<TcBpfFilter> filters;
  Request request = ListOfFilters(hook);
  const Status listed = Ask(request, [&](const nlmsghdr& header) {
    const auto* message = static_cast<const tcmsg*>(NLMSG_DATA(&header));
    TcBpfFilter filter{message->tcm_info >> kPrioritiesAt, message->tcm_handle, {}};
    bool is_bpf = false;
    bool is_in_first_chain = true;
    ForEach(header, [&](int type, std::string_view value) {
      if (type == TCA_KIND) is_bpf = Text(value) == "bpf";
      if (type == TCA_CHAIN) is_in_first_chain = value == std::string_view("\0\0\0\0", 4);
      if (type != TCA_OPTIONS) return;
      ForEach(value.data(), value.size(), [&](int option, std::string_view name) {
        if (option == TCA_BPF_NAME) filter.name = Text(name);
      });
    });
    // A list also has an entry without a handle for each priority.
    if (is_bpf && is_in_first_chain && filter.handle != 0) filters.push_back(std::move(filter));
  });
  if (!listed) return listed.error().In(fmt::format("list the tc filters at {}", TcHookName(hook)));
  return filters;
}

bool HasTcFilter(const TcHook& hook) {
  bool has = false;
  Request request = ListOfFilters(hook);
  const Status listed = Ask(request, [&](const nlmsghdr&) { has = true; });
  return has || !listed;
}

Status AddTcFilter(const TcHook& hook, const TcBpfFilter& filter, int program_fd) {
  Request request(RTM_NEWTFILTER, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
  request.message().tcm_ifindex = hook.interface;
  request.message().tcm_parent = ParentOf(hook);
  request.message().tcm_handle = filter.handle;
  request.message().tcm_info = (filter.priority << kPrioritiesAt) | htons(ETH_P_ALL);
  request.Add(TCA_KIND, std::string("bpf"));
  rtattr* options = request.OpenNested(TCA_OPTIONS);
  request.Add(TCA_BPF_FD, static_cast<std::uint32_t>(program_fd));
  request.Add(TCA_BPF_NAME, filter.name.substr(0, 255));
  request.Add(TCA_BPF_FLAGS, std::uint32_t{TCA_BPF_FLAG_ACT_DIRECT});
  request.Close(options);
  return Ask(request, [](const nlmsghdr&) {});
}

}  // namespace bpf_exporter::kernel
