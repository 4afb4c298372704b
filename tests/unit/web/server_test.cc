// SPDX-License-Identifier: Apache-2.0
#include "web/server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "unit/web/http_client.h"
#include "unit/web/ipv6.h"

namespace bpf_exporter::web {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class ServerTest : public ::testing::Test {
 protected:
  void Start(const std::string& listen_address = "127.0.0.1:0") {
    options_.routes["/metrics"] = [](const Request&) { return TextResponse(200, "up 1\n"); };
    options_.routes["/echo"] = [](const Request& request) {
      return TextResponse(200, request.method + "|" + request.path + "|" + request.accept + "|" +
                                   request.accept_encoding);
    };
    options_.routes["/throws"] = [](const Request&) -> Response {
      throw std::runtime_error("the handler broke");
    };
    options_.routes["/throws-a-number"] = [](const Request&) -> Response { throw 7; };
    options_.on_request = [this](std::string_view path, int code) {
      const std::lock_guard lock(mutex_);
      ++counts_[std::string(path) + " " + std::to_string(code)];
    };
    Result<Server> server =
        Server::Start(ResolveListenAddress(listen_address).value(), std::move(options_));
    ASSERT_TRUE(server.ok()) << server.error().Message();
    server_.emplace(std::move(*server));
  }
  int port() const { return server_->port(); }

  // Requests are counted after their answer was sent: stop first, so that all are.
  std::map<std::string, int> Counts() {
    server_.reset();
    return counts_;
  }

  ServerOptions options_;
  std::mutex mutex_;
  std::map<std::string, int> counts_;
  std::optional<Server> server_;  // last: its threads count until it is gone
};

TEST_F(ServerTest, AnswersGetWithLengthTypeAndBody) {
  Start();
  const Reply reply = Fetch(port(), "GET", "/metrics");
  EXPECT_EQ(reply.status(), "200 OK");
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.header("Content-Length"), "5");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_NE(reply.header("Date"), "(none)");
  EXPECT_EQ(reply.body, "up 1\n");
}

TEST_F(ServerTest, AnswersHeadWithTheSameHeadersAndNoBody) {
  Start();
  const Reply reply = Fetch(port(), "HEAD", "/metrics");
  EXPECT_EQ(reply.status(), "200 OK");
  EXPECT_EQ(reply.header("Content-Length"), "5");
  EXPECT_EQ(reply.body, "");
}

TEST_F(ServerTest, AnswersHeadWithoutABodyWhateverIsWrong) {
  Start();
  const std::string long_line = "HEAD /" + std::string(64 << 10, 'a');
  for (const std::string& text : {std::string("HEAD /metrics HTTP/1.1\r\n\r\n"),
                                  std::string("\r\nHEAD *\r\n\r\n"), long_line}) {
    const Reply reply = Exchange(port(), text, seconds(5));
    EXPECT_EQ(reply.status().substr(0, 1), "4") << text.substr(0, 60);
    EXPECT_EQ(reply.body, "") << text.substr(0, 60);
  }
}

TEST_F(ServerTest, RefusesOtherMethodsAndNamesTheAllowedOnes) {
  Start();
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    const Reply reply = Fetch(port(), method, "/metrics");
    EXPECT_EQ(reply.status(), "405 Method Not Allowed") << method;
    EXPECT_EQ(reply.header("Allow"), "GET, HEAD") << method;
    EXPECT_EQ(reply.body, "405 Method Not Allowed\n") << method;
  }
}

TEST_F(ServerTest, ServesNothingButTheExactPaths) {
  Start();
  for (const char* path :
       {"/", "/metrics/", "/metrics/foo", "/metric", "/metricsx", "//metrics", "/x/../metrics",
        "/./metrics", "/%6detrics", "/metrics%00", "/metrics%2f", "/etc/passwd", "/..%2f..%2fetc",
        "/METRICS", "/index.html", "/a.cgi", "/a.shtml"}) {
    const Reply reply = Fetch(port(), "GET", path);
    EXPECT_EQ(reply.status(), "404 Not Found") << path;
    EXPECT_EQ(reply.body, "404 Not Found\n") << path;
  }
}

TEST_F(ServerTest, TakesAnAbsoluteUriWhateverItsHost) {
  Start();
  for (const char* uri :
       {"http://anyhost:1/metrics", "http://[::1]/metrics", "HTTPS://x/metrics"}) {
    EXPECT_EQ(Fetch(port(), "GET", uri).body, "up 1\n") << uri;
  }
}

TEST_F(ServerTest, TellsWhatItCanDoAtAll) {
  Start();
  const Reply reply = Fetch(port(), "OPTIONS", "*");
  EXPECT_EQ(reply.status(), "200 OK");
  EXPECT_EQ(reply.header("Allow"), "GET, HEAD");
}

TEST_F(ServerTest, NamesWhatIsTooLong) {
  Start();
  const std::string large(64 << 10, 'a');
  EXPECT_EQ(Fetch(port(), "GET", "/" + large).status(), "414 URI Too Long");
  EXPECT_EQ(Fetch(port(), "GET", "/metrics", "X: " + large + "\r\n").status(),
            "431 Request Header Fields Too Large");
}

TEST_F(ServerTest, HandsOverMethodPathAndAcceptHeaders) {
  Start();
  const Reply reply = Fetch(port(), "GET", "/echo?a=1&b=%20",
                            "Accept: text/plain\r\naccept: */*;q=0.1\r\n"
                            "Accept-Encoding: gzip;q=0\r\n");
  EXPECT_EQ(reply.body, "GET|/echo|text/plain, */*;q=0.1|gzip;q=0");
}

TEST_F(ServerTest, SendsTheHandlersHeadersAndBinaryBody) {
  const std::string bytes("\x1f\x8b\0\xff gz", 7);
  options_.routes["/gz"] = [bytes](const Request&) {
    Response response = TextResponse(200, bytes, "text/plain; version=0.0.4; charset=utf-8");
    response.headers = {{"Content-Encoding", "gzip"}, {"Vary", "Accept-Encoding"}};
    return response;
  };
  Start();
  const Reply reply = Fetch(port(), "GET", "/gz", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(reply.header("Content-Encoding"), "gzip");
  EXPECT_EQ(reply.header("Vary"), "Accept-Encoding");
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(reply.body, bytes);
}

TEST_F(ServerTest, SendsLargeBodiesWhole) {
  std::string large;
  for (int i = 0; large.size() < 20'000'000; ++i) large += std::to_string(i) + "\n";
  options_.routes["/large"] = [large](const Request&) { return TextResponse(200, large); };
  Start();
  const Reply reply = Fetch(port(), "GET", "/large");
  EXPECT_EQ(reply.header("Content-Length"), std::to_string(large.size()));
  EXPECT_TRUE(reply.body == large);
}

TEST_F(ServerTest, TurnsAnExceptionInto500AndGoesOn) {
  Start();
  for (const char* path : {"/throws", "/throws-a-number", "/throws"}) {
    const Reply reply = Fetch(port(), "GET", path);
    EXPECT_EQ(reply.status(), "500 Internal Server Error");
    EXPECT_EQ(reply.body, "500 Internal Server Error\n");
  }
  EXPECT_EQ(Fetch(port(), "GET", "/metrics").body, "up 1\n");
}

TEST_F(ServerTest, CountsRequestsByRouteAndCode) {
  Start();
  Fetch(port(), "GET", "/metrics");
  Fetch(port(), "HEAD", "/metrics");
  Fetch(port(), "POST", "/metrics");
  Fetch(port(), "GET", "/throws");
  Fetch(port(), "GET", "/any/other");
  Exchange(port(), "no http at all\r\n\r\n");
  const std::map<std::string, int> expected = {{"/metrics 200", 2},
                                               {"/metrics 405", 1},
                                               {"/throws 500", 1},
                                               {"other 404", 1},
                                               {"other 400", 1}};
  EXPECT_EQ(Counts(), expected);
}

TEST_F(ServerTest, KeepsAConnectionForSeveralRequests) {
  Start();
  const Fd fd = Connect(port());
  const std::string one = "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n";
  SendText(fd, one + one);  // pipelined
  SendText(fd, "GET /echo?last HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  const std::string all = ReadAll(fd, seconds(5));
  EXPECT_EQ(Split(all).header("Connection"), "keep-alive");
  std::size_t answers = 0;
  for (std::size_t at = 0; (at = all.find("HTTP/1.1 200 OK", at)) != std::string::npos; ++at) {
    ++answers;
  }
  EXPECT_EQ(answers, 3u);
  EXPECT_NE(all.find("GET|/echo||"), std::string::npos);
}

TEST_F(ServerTest, ClosesAfterARequestWithABodyWithoutReadingIt) {
  Start();
  const auto start = steady_clock::now();
  const Reply reply = Exchange(port(),
                               "POST /metrics HTTP/1.1\r\nHost: test\r\n"
                               "Content-Length: 10000000000\r\n\r\nabc");
  EXPECT_EQ(reply.status(), "405 Method Not Allowed");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_LT(steady_clock::now() - start, seconds(2));
}

TEST_F(ServerTest, RefusesRequestsThatCanBeReadInTwoWays) {
  Start();
  for (const char* headers : {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                              "Content-Length: 3\r\nContent-Length: 4\r\n"}) {
    const Reply reply = Fetch(port(), "GET", "/metrics", headers);
    EXPECT_EQ(reply.status(), "400 Bad Request") << headers;
    EXPECT_EQ(reply.body, "400 Bad Request: the request's length is given twice\n") << headers;
  }
}

TEST_F(ServerTest, SurvivesGarbage) {
  Start();
  const std::vector<std::string> garbage = {
      "\r\n\r\n",
      "GET\r\n\r\n",
      "GET /metrics\r\n\r\n",
      "GET /metrics HTTP/9.9\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 13),
      "GET http://elsewhere/metrics HTTP/1.1\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nno colon here\r\n\r\n",
      "GET /" + std::string(60'000, 'a') + " HTTP/1.1\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nX: " + std::string(60'000, 'b') + "\r\n\r\n",
      std::string("GET /metrics\0 HTTP/1.1\r\n\r\n", 26),
      "CONNECT host:1 HTTP/1.1\r\n\r\n"};
  std::string many = "GET /metrics HTTP/1.1\r\n";
  for (int i = 0; i < 1000; ++i) many += "H" + std::to_string(i) + ": x\r\n";
  for (const std::string& text : garbage) {
    const Reply reply = Exchange(port(), text, seconds(5));
    EXPECT_NE(reply.status().substr(0, 1), "2") << text.substr(0, 60);
  }
  Exchange(port(), many + "\r\n", seconds(5));
  EXPECT_EQ(Fetch(port(), "GET", "/metrics").body, "up 1\n");
}

// CivetWeb ends a connection whose head has a byte that it does not like, and there are few.
TEST_F(ServerTest, LosesNothingToAnyByteOfAHeader) {
  Start();
  for (int byte = 1; byte < 256; ++byte) {
    const std::string value = std::string("a") + static_cast<char>(byte) + "b";
    for (const char* name : {"Accept: ", "Accept-Encoding: "}) {
      const std::string status = Fetch(port(), "GET", "/metrics", name + value + "\r\n").status();
      const bool control = (byte < ' ' && byte != '\t' && byte != '\n') || byte == 0x7f;
      const bool refused = control || byte == '\n';  // of which the second line has no colon
      EXPECT_EQ(status, refused ? "400 Bad Request" : "200 OK") << name << byte;
    }
  }
}

TEST_F(ServerTest, AnswersSoonWhileHundredsOfConnectionsIdleOrDrip) {
  Start();
  std::atomic<bool> ended = false;
  std::thread drip([this, &ended] {
    std::vector<Fd> connections(200);
    while (!ended) {
      for (std::size_t i = 0; i < connections.size() && !ended; ++i) {
        // Every second one idles; the others send a byte at a time. Those that were cut off return.
        char byte;
        Fd& fd = connections[i];
        if (!fd.valid() || recv(fd.get(), &byte, 1, MSG_DONTWAIT) == 0) {
          fd = Connect(port());
          SendText(fd, i % 2 == 0 ? "GET /metrics HTTP/1.1\r\nX: " : "");
        } else if (i % 2 == 0) {
          SendText(fd, "x");
        }
      }
      std::this_thread::sleep_for(milliseconds(100));
    }
  });
  std::this_thread::sleep_for(milliseconds(300));
  for (int scrape = 0; scrape < 5; ++scrape) {
    const auto start = steady_clock::now();
    EXPECT_EQ(Fetch(port(), "GET", "/metrics").body, "up 1\n");
    EXPECT_LT(steady_clock::now() - start, milliseconds(1000));
    std::this_thread::sleep_for(milliseconds(100));
  }
  ended = true;
  drip.join();
}

// Where a server listens, and the family of the client's address.
struct Way {
  std::string listen_address;
  int family;
};

class ServerOnTest : public ServerTest, public ::testing::WithParamInterface<Way> {};

TEST_P(ServerOnTest, AnswersBesideIdleConnectionsAndThoseBeingAnswered) {
  const auto& [listen_address, family] = GetParam();
  std::atomic<bool> go_on = false;
  options_.routes["/slow"] = [&go_on](const Request&) {
    while (!go_on) std::this_thread::sleep_for(milliseconds(5));
    return TextResponse(200, "done\n");
  };
  Start(listen_address);
  std::vector<Fd> slow(Engine::kThreads - 1);
  for (Fd& fd : slow) {
    fd = Connect(port(), family);
    SendText(fd, "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }
  std::this_thread::sleep_for(milliseconds(100));
  std::vector<Fd> idle(100);
  for (Fd& fd : idle) fd = Connect(port(), family);
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(Exchange(port(), request, seconds(10), family).body, "up 1\n");
  go_on = true;
  for (const Fd& fd : slow) EXPECT_EQ(Split(ReadAll(fd, seconds(5))).body, "done\n");
  server_.reset();
}

TEST_P(ServerOnTest, StopsAtOnce) {
  const auto& [listen_address, family] = GetParam();
  Start(listen_address);
  const Fd idle = Connect(port(), family);
  const auto start = steady_clock::now();
  server_.reset();
  EXPECT_LT(steady_clock::now() - start, milliseconds(1000));
}

INSTANTIATE_TEST_SUITE_P(Ways, ServerOnTest, ::testing::ValuesIn([] {
                           std::vector<Way> ways = {{"127.0.0.1:0", AF_INET}, {":0", AF_INET}};
                           if (HasIpv6()) {
                             ways.insert(ways.end(), {{"[::1]:0", AF_INET6}, {":0", AF_INET6}});
                           }
                           return ways;
                         }()));

TEST_F(ServerTest, AnswersAllOfManyClientsThatAskLate) {
  Start();
  std::vector<Fd> late(300);
  for (Fd& fd : late) fd = Connect(port());
  std::this_thread::sleep_for(milliseconds(50));
  for (const Fd& fd : late) {
    SendText(fd, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }
  for (const Fd& fd : late) EXPECT_EQ(Split(ReadAll(fd, seconds(10))).body, "up 1\n");
}

TEST_F(ServerTest, TellsTheOneThatWaitedLongestThatTooManyDo) {
  Start();
  std::vector<Fd> idle(1100);  // more than are kept
  for (Fd& fd : idle) fd = Connect(port());
  ASSERT_TRUE(idle.back().valid()) << "this test needs 2,300 descriptors";
  std::this_thread::sleep_for(milliseconds(700));
  EXPECT_EQ(Fetch(port(), "GET", "/metrics").body, "up 1\n");
  const Reply told = Split(ReadAll(idle.front(), seconds(10)));
  EXPECT_EQ(told.status(), "503 Service Unavailable");
  EXPECT_EQ(told.header("Retry-After"), "1");
}

TEST_F(ServerTest, AnswersEvenWhereARequestDoesNotComeInTime) {
  Start();
  const Fd silent = Connect(port());
  const Fd drips = Connect(port());
  SendText(drips, "GET /metrics HTTP/1.1\r\nX: ");
  for (const Fd* fd : {&silent, &drips}) {
    EXPECT_EQ(Split(ReadAll(*fd, seconds(30))).status(), "408 Request Timeout");
  }
}

TEST_F(ServerTest, TellsAClientThatEndsItsRequestTooEarly) {
  Start();
  const Fd fd = Connect(port());
  SendText(fd, "GET /metrics HTTP/1.1\r\n");
  shutdown(fd.get(), SHUT_WR);
  EXPECT_EQ(Split(ReadAll(fd, seconds(5))).status(), "400 Bad Request");
}

TEST_F(ServerTest, AnswersAClientThatHasClosedItsSide) {
  Start();
  const Fd fd = Connect(port());
  SendText(fd, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  shutdown(fd.get(), SHUT_WR);
  EXPECT_EQ(Split(ReadAll(fd, seconds(5))).body, "up 1\n");
}

TEST_F(ServerTest, AnswersAllRequestsOfAClientThatHasClosedItsSide) {
  Start();
  const Fd fd = Connect(port());
  std::string text;
  for (int i = 0; i < 5; ++i) text += "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  SendText(fd, text + "GET /met");
  shutdown(fd.get(), SHUT_WR);
  const std::string answers = ReadAll(fd, seconds(5));
  const std::string page = "\r\n\r\nup 1\n";
  std::size_t pages = 0;
  for (std::size_t at = answers.find(page); at != std::string::npos;
       at = answers.find(page, at + 1)) {
    ++pages;
  }
  EXPECT_EQ(pages, 5u) << answers;
  EXPECT_TRUE(answers.ends_with("400 Bad Request: the request ends too early\n")) << answers;
}

TEST_F(ServerTest, AnswersAThousandRequestsInARow) {
  Start();
  const Fd fd = Connect(port());
  std::string all;
  for (int i = 0; i < 1000; ++i) all += "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n";
  std::thread sender(
      [&] { SendText(fd, all + "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); });
  const std::string answers = ReadAll(fd, seconds(20));
  sender.join();
  EXPECT_TRUE(answers.ends_with("up 1\n"));
  EXPECT_EQ(Counts()["other 404"], 1000);
}

TEST_F(ServerTest, AnswersBesideClientsThatNeverRead) {
  const auto large = std::make_shared<const std::string>(50'000'000, 'x');
  options_.routes["/large"] = [large](const Request&) {
    Response response;
    response.owner = large;
    response.body = *large;
    return response;
  };
  Start();
  std::vector<Fd> stuck;
  for (int i = 0; i < 60; ++i) {  // more than there are threads
    stuck.push_back(Connect(port()));
    SendText(stuck.back(), "GET /large HTTP/1.1\r\nHost: test\r\n\r\n");
  }
  EXPECT_EQ(Fetch(port(), "GET", "/metrics").body, "up 1\n");
}

TEST_F(ServerTest, LetsGoOfPagesThatSlowClientsKeep) {
  std::mutex mutex;
  std::vector<std::weak_ptr<const void>> pages;
  options_.routes["/large"] = [&](const Request&) {
    Response response = TextResponse(200, std::string(8'000'000, 'x'));
    const std::lock_guard lock(mutex);
    pages.push_back(response.owner);
    return response;
  };
  Start();
  std::vector<Fd> stuck;
  for (int i = 0; i < 20; ++i) {
    stuck.push_back(Connect(port()));
    SendText(stuck.back(), "GET /large HTTP/1.1\r\nHost: test\r\n\r\n");
  }
  const auto kept = [&] {
    const std::lock_guard lock(mutex);
    if (pages.size() < stuck.size()) return pages.size() + stuck.size();
    return static_cast<std::size_t>(std::count_if(
        pages.begin(), pages.end(), [](const auto& page) { return !page.expired(); }));
  };
  const auto end = steady_clock::now() + seconds(8);  // before those that take nothing are cut off
  while (kept() > 8 && steady_clock::now() < end) std::this_thread::sleep_for(milliseconds(50));
  EXPECT_LE(kept(), 8u);
}

TEST_F(ServerTest, NamesAPortThatIsTaken) {
  Start();
  const std::string address = "127.0.0.1:" + std::to_string(port());
  const Result<Server> server = Server::Start(ResolveListenAddress(address).value(), {});
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().Message(), "listen on '" + address + "': Address already in use");
  EXPECT_EQ(server.error().code, EADDRINUSE);
}

}  // namespace
}  // namespace bpf_exporter::web
