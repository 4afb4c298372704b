// SPDX-License-Identifier: Apache-2.0
#include "web/request_head.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bpf_exporter::web {
namespace {

// "METHOD PATH keep", "METHOD PATH close", or the status of a refusal.
std::string Read(const std::string& head) {
  const std::variant<RequestHead, Refusal> read = ParseHead(head);
  if (const auto* refusal = std::get_if<Refusal>(&read)) return std::to_string(refusal->status);
  const auto& whole = std::get<RequestHead>(read);
  return whole.request.method + " " + whole.request.path +
         (whole.keeps_connection ? " keep" : " close");
}

std::string ReadLine(const std::string& line) { return Read(line + "\r\nHost: x\r\n\r\n"); }
std::string ReadHeaders(const std::string& headers, const std::string& version = "1.1") {
  return Read("GET /m HTTP/" + version + "\r\n" + headers + "\r\n");
}

TEST(RequestHead, HasTheTargetInAnyForm) {
  EXPECT_EQ(ReadLine("GET / HTTP/1.1"), "GET / keep");
  EXPECT_EQ(ReadLine("GET /m?a=/b HTTP/1.1"), "GET /m keep");
  EXPECT_EQ(ReadLine("GET http://elsewhere/m HTTP/1.1"), "GET /m keep");
  EXPECT_EQ(ReadLine("GET HTTP://elsewhere:80/m?q HTTP/1.1"), "GET /m keep");
  EXPECT_EQ(ReadLine("GET http://[::1]:80 HTTP/1.1"), "GET / keep");
  EXPECT_EQ(ReadLine("GET https://elsewhere?q HTTP/1.1"), "GET / keep");
  EXPECT_EQ(ReadLine("OPTIONS * HTTP/1.1"), "OPTIONS * keep");
  EXPECT_EQ(ReadLine("CONNECT x:1 HTTP/1.1"), "CONNECT x:1 keep");
  for (const char* target : {"*", "m", "//[", "x:1", "http://", "http:///m", "ftp://x/m", "/m#a",
                             "/m\x80", "/\x01", "/a b", "http://x y/m", "http://x:a/m"}) {
    const std::string read = ReadLine(std::string("GET ") + target + " HTTP/1.1");
    EXPECT_EQ(read, std::string(target) == "//[" ? "GET //[ keep" : "400") << target;
  }
}

TEST(RequestHead, HasAMethodAndAVersion) {
  for (const char* method : {"HEAD", "POST", "PUT", "DELETE", "TRACE", "PATCH", "OPTIONS"}) {
    EXPECT_EQ(ReadLine(std::string(method) + " /m HTTP/1.1"), std::string(method) + " /m keep");
  }
  EXPECT_EQ(ReadLine("get /m HTTP/1.1"), "501");
  EXPECT_EQ(ReadLine("FOO /m HTTP/1.1"), "501");
  EXPECT_EQ(ReadLine("GET /m HTTP/1.0"), "GET /m close");
  EXPECT_EQ(ReadLine("GET /m HTTP/1.2"), "GET /m keep") << "a minor version is compatible";
  EXPECT_EQ(ReadLine("GET /m HTTP/2.0"), "505");
  EXPECT_EQ(ReadLine("PRI * HTTP/2.0"), "505");
  for (const char* line :
       {"GET /m", "GET /m http/1.1", "GET /m HTTP/1", "GET /m HTTP/1.10", "GET /m HTTP/1.x",
        "GET  /m HTTP/1.1", "GET /m HTTP/1.1 ", " GET /m HTTP/1.1", "GET\t/m HTTP/1.1",
        "G(T /m HTTP/1.1", "/m HTTP/1.1", "GET HTTP/1.1", "", "\x16\x03\x01"}) {
    EXPECT_EQ(ReadLine(line), "400") << line;
  }
}

TEST(RequestHead, OfHttp11HasOneHost) {
  EXPECT_EQ(ReadHeaders(""), "400");
  EXPECT_EQ(ReadHeaders("", "1.0"), "GET /m close");
  EXPECT_EQ(ReadHeaders("Host: a\r\nhost: a\r\n"), "400");
  EXPECT_EQ(ReadHeaders("Host: a\r\nHost: a\r\n", "1.0"), "400");
  for (const char* host : {"", "a", "a.b:80", "a:", "[::1]", "[::1]:80", "a_b~c", "%41"}) {
    EXPECT_EQ(ReadHeaders("Host: " + std::string(host) + "\r\n"), "GET /m keep") << host;
  }
  for (const char* host : {"a b", "a/b", "a@b", "a:b", "[::1", "::1", "[]", "a,b\\", "a:80:80"}) {
    EXPECT_EQ(ReadHeaders("Host: " + std::string(host) + "\r\n"), "400") << host;
  }
}

TEST(RequestHead, HasHeaderLinesOfOneForm) {
  const std::string host = "Host: x\r\n";
  for (const char* good : {"A:b\r\n", "A: b \t\r\n", "A:\r\n", "A: \x80\xff\r\n", "A: b\tc\r\n",
                           "!#$%&'*+-.^_`|~9: a\r\n", "A: b\n"}) {
    EXPECT_EQ(ReadHeaders(host + good), "GET /m keep") << good;
    EXPECT_EQ(ReadHeaders(good + host), "GET /m keep") << good;
  }
  const std::vector<std::string> bad = {
      " A: b\r\n",    "\tA: b\r\n",   "A: b\r\n c\r\n", "A : b\r\n",
      "A\t: b\r\n",   "A\r\n",        ": b\r\n",        "A(: b\r\n",
      "A: b\rc\r\n",  "A: b\r\r\n",   "A: b\x01\r\n",   std::string("A: b\0c\r\n", 8),
      "A: b\x7f\r\n", "A\x80: b\r\n", "A B: c\r\n"};
  for (const std::string& line : bad) {
    EXPECT_EQ(ReadHeaders(host + line), "400") << line;
    EXPECT_EQ(ReadHeaders(line + host), "400") << line;
  }
}

TEST(RequestHead, TellsItsLengthInOneWay) {
  const std::string host = "Host: x\r\n";
  EXPECT_EQ(ReadHeaders(host + "Content-Length: 0\r\n"), "GET /m keep");
  EXPECT_EQ(ReadHeaders(host + "Content-Length: 00\r\n"), "GET /m keep");
  EXPECT_EQ(ReadHeaders(host + "Content-Length: 12\r\n"), "GET /m close");
  EXPECT_EQ(ReadHeaders(host + "Transfer-Encoding: chunked\r\n"), "GET /m close");
  EXPECT_EQ(ReadHeaders(host + "Transfer-Encoding: Chunked\r\n"), "GET /m close");
  for (const char* length : {"", "+0", "-0", "0x0", "0 0", "0, 0", "0,0", "-1", "1e1", "a", "1;2",
                             "9999999999999999999999"}) {
    EXPECT_EQ(ReadHeaders(host + "Content-Length: " + length + "\r\n"), "400") << length;
  }
  for (const char* twice :
       {"Content-Length: 0\r\nContent-Length: 0\r\n", "Content-Length: 3\r\ncontent-length: 4\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"}) {
    EXPECT_EQ(ReadHeaders(host + twice), "400") << twice;
  }
  for (const char* coding : {"", "identity", "chunked, gzip", "chunked, chunked", "x"}) {
    EXPECT_EQ(ReadHeaders(host + "Transfer-Encoding: " + coding + "\r\n"), "400") << coding;
  }
  EXPECT_EQ(ReadHeaders(host + "Transfer-Encoding: gzip, chunked\r\n"), "501");
  EXPECT_EQ(ReadHeaders(host + "Transfer-Encoding: chunked\r\n", "1.0"), "400");
}

TEST(RequestHead, TellsWhetherTheConnectionIsKept) {
  const std::string host = "Host: x\r\n";
  EXPECT_EQ(ReadHeaders(host + "Connection: close\r\n"), "GET /m close");
  EXPECT_EQ(ReadHeaders(host + "Connection: TE, Close\r\n"), "GET /m close");
  EXPECT_EQ(ReadHeaders(host + "Connection: x\r\nConnection: close\r\n"), "GET /m close");
  EXPECT_EQ(ReadHeaders(host + "Connection: keep-alive, Upgrade\r\n"), "GET /m keep");
  EXPECT_EQ(ReadHeaders("Connection: Keep-Alive\r\n", "1.0"), "GET /m keep");
  EXPECT_EQ(ReadHeaders("Connection: keep-alive, close\r\n", "1.0"), "GET /m close");
}

TEST(RequestHead, HandsOverWhatIsAccepted) {
  const auto read = ParseHead(
      "GET /m HTTP/1.1\r\nACCEPT:  a;q=1 \r\nHost: x\r\naccept: b\r\nAccept-Encoding: "
      "gzip\r\n\r\n");
  const Request& request = std::get<RequestHead>(read).request;
  EXPECT_EQ(request.accept, "a;q=1, b");
  EXPECT_EQ(request.accept_encoding, "gzip");
}

TEST(RequestHead, EndsWithAnEmptyLine) {
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\n\r\nrest";
  for (std::size_t from = 0; from + 4 < head.size(); ++from) {
    const std::size_t known = std::min(from, head.size() - 5);
    EXPECT_EQ(EndOfHead(head, known), head.size() - 4) << from;
  }
  EXPECT_EQ(EndOfHead("GET / HTTP/1.0\n\n", 0), 16u);
  EXPECT_EQ(EndOfHead("GET / HTTP/1.0\r\n\n", 0), 17u);
  EXPECT_EQ(EndOfHead("GET / HTTP/1.0\r\n\r", 0), std::string::npos);
  EXPECT_EQ(EndOfHead("GET / HTTP/1.0\r\n\r\n", 17), 18u);
  EXPECT_EQ(EmptyLinesBefore("\r\n\n\r\nGET"), 5u);
  EXPECT_EQ(EmptyLinesBefore("\rGET"), 0u);
}

TEST(RequestHead, IsRefusedBeforeItsEndWhenThatIsSure) {
  EXPECT_EQ(RefuseEarly("").status, 0);
  EXPECT_EQ(RefuseEarly("GET /" + std::string(8000, 'a') + " HTTP/1.1").status, 0);
  EXPECT_EQ(RefuseEarly("GET /" + std::string(9000, 'a')).status, 414);
  EXPECT_EQ(RefuseEarly("GET / HTTP/1.1\r\nX: " + std::string(16384, 'a')).status, 431);
  EXPECT_EQ(RefuseEarly("\x16\x03\x01").status, 400);
  EXPECT_EQ(ReadLine("GET /" + std::string(9000, 'a') + " HTTP/1.1"), "414");
}

}  // namespace
}  // namespace bpf_exporter::web
