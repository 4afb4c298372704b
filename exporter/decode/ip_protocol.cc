#include <algorithm>
#include <array>
#include <utility>

#include "decode/families.h"

namespace bpf_exporter {
namespace {

// The kernel's IPPROTO_ names (include/uapi/linux/in.h, in6.h) in lower case.
constexpr std::array<std::pair<std::uint64_t, std::string_view>, 33> kProtocols = {{
    {0, "ip"},       {1, "icmp"},       {2, "igmp"},     {4, "ipip"},      {6, "tcp"},
    {8, "egp"},      {12, "pup"},       {17, "udp"},     {22, "idp"},      {29, "tp"},
    {33, "dccp"},    {41, "ipv6"},      {43, "routing"}, {44, "fragment"}, {46, "rsvp"},
    {47, "gre"},     {50, "esp"},       {51, "ah"},      {58, "icmpv6"},   {59, "none"},
    {60, "dstopts"}, {92, "mtp"},       {94, "beetph"},  {98, "encap"},    {103, "pim"},
    {108, "comp"},   {115, "l2tp"},     {132, "sctp"},   {135, "mh"},      {136, "udplite"},
    {137, "mpls"},   {143, "ethernet"}, {262, "mptcp"},
}};

}  // namespace

Decoded DecodeIpProtocol(Number number, std::string& out) {
  const auto found = std::lower_bound(
      kProtocols.begin(), kProtocols.end(), number.bits,
      [](const auto& protocol, std::uint64_t value) { return protocol.first < value; });
  if (found != kProtocols.end() && found->first == number.bits) {
    out = found->second;
  } else {
    out = "unknown:" + NumberText(number);
  }
  return Decoded::kOk;
}

}  // namespace bpf_exporter
