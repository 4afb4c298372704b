// SPDX-License-Identifier: Apache-2.0
#include "web/listen_address.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <ostream>

#include "unit/web/http_client.h"
#include "unit/web/ipv6.h"
#include "web/server.h"

namespace bpf_exporter::web {
namespace {

std::string ProblemWith(const std::string& address) {
  const Result<ListenAddress> resolved = ResolveListenAddress(address);
  if (!resolved.ok()) return resolved.error().Message();
  const Result<Fd> tried = Listen(*resolved);
  return tried.ok() ? "" : tried.error().Message();
}

TEST(ListenAddress, SaysWhyItCannotBeListenedOn) {
  const std::map<std::string, std::string> expected = {
      {"9435", "expected HOST:PORT or :PORT"},
      {"", "expected HOST:PORT or :PORT"},
      {"localhost:", "the port must be a number from 0 to 65535"},
      {":65536", "the port must be a number from 0 to 65535"},
      {":-1", "the port must be a number from 0 to 65535"},
      {":http", "the port must be a number from 0 to 65535"},
      {":9435 ", "the port must be a number from 0 to 65535"},
      {"[::1]", "the port must be a number from 0 to 65535"},
      {"fd://3", "sockets that are already open are not taken; give HOST:PORT"},
      {"http://localhost:9435", "expected HOST:PORT or :PORT"},
      {"192.0.2.1:9435", "Cannot assign requested address"},
  };
  for (const auto& [address, problem] : expected) {
    EXPECT_EQ(ProblemWith(address), "listen on '" + address + "': " + problem);
  }
}

TEST(ListenAddress, IsAnErrorOfUseIfNoAttemptCouldSucceed) {
  EXPECT_EQ(ResolveListenAddress("9435").error().code, EINVAL);
  EXPECT_EQ(ResolveListenAddress("::1:9435").error().code, EINVAL);
}

TEST(ListenAddress, OfIpv6IsInBrackets) {
  const std::map<std::string, std::string> expected = {
      {"::1:9435", "an IPv6 address is in brackets: [::1]:9435"},
      {"[::1:9435", "an IPv6 address is in brackets: [::1]:9435"},
      {"[localhost]:9435", "'localhost' is no IPv6 address"},
      {"[127.0.0.1]:9435", "'127.0.0.1' is no IPv6 address"},
      {"[]:9435", "'' is no IPv6 address"},
      {"[::ffff:127.0.0.1]:9435", "'::ffff:127.0.0.1' is an IPv4 address; write 127.0.0.1"},
  };
  for (const auto& [address, problem] : expected) {
    EXPECT_EQ(ProblemWith(address), "listen on '" + address + "': " + problem);
  }
  if (!HasIpv6()) return;
  EXPECT_EQ(ProblemWith("[2001:db8::1]:9435"),
            "listen on '[2001:db8::1]:9435': Cannot assign requested address");
}

// Which loopback addresses answer when a server listens on `address`, port 0.
struct Answers {
  bool ipv4;
  bool ipv6;
  bool operator==(const Answers&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Answers& answers) {
  return out << "IPv4 " << answers.ipv4 << ", IPv6 " << answers.ipv6;
}
Answers AnswersOn(const std::string& address) {
  ServerOptions options;
  options.routes["/"] = [](const Request&) { return TextResponse(200, "here\n"); };
  const Result<Server> server =
      Server::Start(ResolveListenAddress(address).value(), std::move(options));
  EXPECT_TRUE(server.ok()) << server.error().Message();
  if (!server.ok()) return {};
  const auto answers = [&](int family) {
    const std::string request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    return Exchange(server->port(), request, std::chrono::seconds(10), family).body == "here\n";
  };
  return {answers(AF_INET), answers(AF_INET6)};
}

TEST(ListenAddress, IsOfTheFamilyThatItNames) {
  EXPECT_EQ(AnswersOn("127.0.0.1:0"), (Answers{true, false}));
  EXPECT_EQ(AnswersOn("0.0.0.0:0"), (Answers{true, false}));
  EXPECT_EQ(AnswersOn("localhost:0"), (Answers{true, false}));
  EXPECT_EQ(AnswersOn(":0"), (Answers{true, HasIpv6()}));
  if (!HasIpv6()) return;
  EXPECT_EQ(AnswersOn("[::1]:0"), (Answers{false, true}));
  EXPECT_EQ(AnswersOn("[::]:0"), (Answers{true, true}));
}

}  // namespace
}  // namespace bpf_exporter::web
