// SPDX-License-Identifier: Apache-2.0
#include "web/socket_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace bpf_exporter::web {
namespace {

SocketAddress V4(const char* ip, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  EXPECT_EQ(inet_pton(AF_INET, ip, &address.sin_addr), 1);
  return *SocketAddress::Copy(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

SocketAddress V6(const char* ip, int port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(static_cast<std::uint16_t>(port));
  EXPECT_EQ(inet_pton(AF_INET6, ip, &address.sin6_addr), 1);
  return *SocketAddress::Copy(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

TEST(SocketAddress, IsWrittenInDigits) {
  EXPECT_EQ(V4("192.0.2.7", 80).Text(), "192.0.2.7:80");
  EXPECT_EQ(V6("2001:db8::7", 80).Text(), "[2001:db8::7]:80");
  EXPECT_EQ(V6("2001:db8::7", 80).WithPort(65535).Text(), "[2001:db8::7]:65535");
}

TEST(SocketAddress, OfEveryAddressIsKnownAsSuch) {
  EXPECT_TRUE(SocketAddress::Any(AF_INET).IsAny());
  EXPECT_TRUE(SocketAddress::Any(AF_INET6).IsAny());
  EXPECT_FALSE(V6("::1", 0).IsAny());
}

TEST(SocketAddress, IsOfIpv4OrIpv6) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  const auto* address = reinterpret_cast<const sockaddr*>(&storage);
  EXPECT_FALSE(SocketAddress::Copy(address, sizeof(storage)).has_value());
  storage.ss_family = AF_INET6;
  EXPECT_FALSE(SocketAddress::Copy(address, sizeof(sockaddr_in)).has_value()) << "it is cut short";
  EXPECT_FALSE(SocketAddress::Of(-1, getsockname).has_value());
}

}  // namespace
}  // namespace bpf_exporter::web
