// SPDX-License-Identifier: Apache-2.0
#include "web/request_head.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace bpf_exporter::web {
namespace {

constexpr std::string_view kBlanks = " \t";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLetterOrDigit(char c) {
  return IsDigit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Of methods, header names and the parts of lists (RFC 9110, 5.6.2).
bool IsTokenCharacter(char c) {
  return IsLetterOrDigit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

bool IsVisible(char c) { return c > 0x20 && c < 0x7f; }

// Bytes from 0x80 on are negative where char is signed, as here.
bool IsOfValue(char c) { return c == '\t' || (c >= 0x20 && c != 0x7f) || c < 0; }

bool SameWord(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

std::string_view WithoutBlanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

// Takes the next line off `text`, without its end. A bare LF ends one, too (RFC 9112, 2.2).
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Calls use(part) for every part of a comma-separated list.
template <typename Use>
void ForEachPart(std::string_view list, Use&& use) {
  for (;;) {
    const std::size_t comma = list.find(',');
    const std::string_view part = WithoutBlanks(list.substr(0, comma));
    if (!part.empty()) use(part);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

// HOST or HOST:PORT (RFC 9112, 3.2); it may be empty.
bool IsHost(std::string_view host) {
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : 0;
  if (bracket == std::string_view::npos) return false;
  const std::size_t colon = host.find(':', bracket);
  const std::string_view port = colon == std::string_view::npos ? "" : host.substr(colon + 1);
  const std::string_view name = host.substr(0, colon);
  const auto is_of_name = [&](char c) {
    return IsLetterOrDigit(c) ||
           std::string_view("-._~%!$&'()*+,;=").find(c) != std::string_view::npos;
  };
  const auto is_of_literal = [&](char c) { return is_of_name(c) || c == ':'; };
  const bool literal = bracket > 0;
  if (literal && (name.size() != bracket + 1 || bracket < 2)) return false;
  const std::string_view inside = literal ? name.substr(1, bracket - 1) : name;
  return std::all_of(port.begin(), port.end(), IsDigit) &&
         (literal ? std::all_of(inside.begin(), inside.end(), is_of_literal)
                  : std::all_of(inside.begin(), inside.end(), is_of_name));
}

Refusal Bad(std::string reason) { return {400, std::move(reason)}; }

// What the header lines say.
struct Headers {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  bool has_length = false;  // of more than 0
  std::string_view encoding;
  bool close = false;
  bool keep_alive = false;
};

std::optional<Refusal> ReadHeader(std::string_view line, Headers& headers, Request& request) {
  if (kBlanks.find(line.front()) != std::string_view::npos) {
    return Bad("a header line begins with a space");
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Bad("a header line has no colon");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = WithoutBlanks(line.substr(colon + 1));
  if (!IsToken(name)) return Bad("the name of a header has a character that none can have");
  if (!std::all_of(value.begin(), value.end(), IsOfValue)) {
    return Bad("a header has a control character");
  }
  const auto append = [&](std::string& list) {
    if (!list.empty()) list += ", ";
    list += value;
  };
  if (SameWord(name, "Host")) {
    ++headers.hosts;
    if (!IsHost(value)) return Bad("the header Host is not HOST or HOST:PORT");
  } else if (SameWord(name, "Content-Length")) {
    ++headers.lengths;
    if (value.empty() || !std::all_of(value.begin(), value.end(), IsDigit) || value.size() > 18) {
      return Bad("the header Content-Length is no number");
    }
    headers.has_length = value.find_first_not_of('0') != std::string_view::npos;
  } else if (SameWord(name, "Transfer-Encoding")) {
    ++headers.encodings;
    headers.encoding = value;
  } else if (SameWord(name, "Connection")) {
    ForEachPart(value, [&](std::string_view part) {
      headers.close = headers.close || SameWord(part, "close");
      headers.keep_alive = headers.keep_alive || SameWord(part, "keep-alive");
    });
  } else if (SameWord(name, "Accept")) {
    append(request.accept);
  } else if (SameWord(name, "Accept-Encoding")) {
    append(request.accept_encoding);
  }
  return std::nullopt;
}

// Checks what tells how long the request is.
std::optional<Refusal> CheckLength(const Headers& headers, bool has_encodings) {
  if (headers.lengths + headers.encodings > 1) return Bad("the request's length is given twice");
  if (headers.encodings == 0) return std::nullopt;
  if (!has_encodings) return Bad("HTTP/1.0 has no Transfer-Encoding");
  std::string_view last;
  std::size_t codings = 0;
  std::size_t chunked = 0;
  ForEachPart(headers.encoding, [&](std::string_view part) {
    last = part;
    ++codings;
    chunked += SameWord(part, "chunked") ? 1 : 0;
  });
  if (!SameWord(last, "chunked") || chunked != 1) {
    return Bad("the Transfer-Encoding does not end in one 'chunked'");
  }
  if (codings > 1) return Refusal{501, "no Transfer-Encoding but 'chunked' is known"};
  return std::nullopt;
}

// Returns the path of a target in any of its forms (RFC 9112, 3.2), without the query; empty if it
// is none.
std::string_view PathOf(std::string_view target, std::string_view method) {
  if (!std::all_of(target.begin(), target.end(), IsVisible)) return {};
  if (target == "*") return method == "OPTIONS" ? target : std::string_view();
  if (method == "CONNECT") {
    const bool is_authority = target.find(':') != std::string_view::npos && IsHost(target);
    return is_authority ? target : std::string_view();
  }
  if (!target.starts_with('/')) {
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos) return {};
    const std::string_view name = target.substr(0, scheme);
    if (!SameWord(name, "http") && !SameWord(name, "https")) return {};
    target.remove_prefix(scheme + 3);
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    std::string_view authority = target.substr(0, end);
    authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
    if (authority.empty() || !IsHost(authority)) return {};
    target.remove_prefix(end);
    if (!target.starts_with('/')) return "/";
  }
  if (target.find('#') != std::string_view::npos) return {};
  return target.substr(0, target.find('?'));
}

// "HTTP/1.1": one digit each (RFC 9112, 2.3).
bool IsVersion(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && IsDigit(text[5]) && text[6] == '.' &&
         IsDigit(text[7]);
}

bool IsKnownMethod(std::string_view method) {
  static constexpr std::array kMethods = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                          "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

}  // namespace

std::size_t EmptyLinesBefore(std::string_view bytes) {
  std::size_t at = 0;
  for (;;) {
    const std::string_view rest = bytes.substr(at);
    if (rest.starts_with('\n')) {
      at += 1;
    } else if (rest.starts_with("\r\n")) {
      at += 2;
    } else {
      return at;
    }
  }
}

std::size_t EndOfHead(std::string_view bytes, std::size_t from) {
  // The end may have begun in the last two bytes before.
  for (std::size_t at = bytes.find('\n', from < 2 ? 0 : from - 2); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    const std::string_view rest = bytes.substr(at + 1);
    if (rest.starts_with('\n')) return at + 2;
    if (rest.starts_with("\r\n")) return at + 3;
  }
  return std::string_view::npos;
}

std::variant<RequestHead, Refusal> ParseHead(std::string_view head) {
  const std::string_view line = TakeLine(head);
  if (line.size() > kMaxRequestLine) return Refusal{414, ""};
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return Bad("no METHOD TARGET VERSION");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!IsToken(method)) return Bad("the method has a character that none can have");
  if (!IsVersion(version)) return Bad("the first line does not end in HTTP/1.1");
  if (version[5] != '1') return Refusal{505, ""};
  const std::string_view path = PathOf(target, method);
  if (path.empty()) return Bad("the target is no path");

  RequestHead read;
  Headers headers;
  for (;;) {
    const std::string_view header = TakeLine(head);
    if (header.empty()) break;
    if (auto refusal = ReadHeader(header, headers, read.request)) return *std::move(refusal);
  }
  const bool is_old = version[7] == '0';
  if (headers.hosts > 1) return Bad("there are several headers Host");
  if (headers.hosts == 0 && !is_old) return Bad("there is no header Host");
  if (auto refusal = CheckLength(headers, !is_old)) return *std::move(refusal);
  if (!IsKnownMethod(method)) return Refusal{501, ""};

  read.request.method = method;
  // Neither decoded nor cleaned: "/x/../metrics" and "/metrics%00" are other paths.
  read.request.path = path;
  const bool wants = is_old ? headers.keep_alive && !headers.close : !headers.close;
  read.keeps_connection = wants && !headers.has_length && headers.encodings == 0;
  return read;
}

Refusal RefuseEarly(std::string_view bytes) {
  const std::size_t line = std::min(bytes.find('\n'), bytes.size());
  if (line > kMaxRequestLine) return {414, ""};
  if (bytes.size() >= kMaxHead) return {431, ""};
  if (!bytes.empty() && bytes.front() != '\r' && !IsTokenCharacter(bytes.front())) {
    return Bad("this is no HTTP");
  }
  return {0, ""};
}

}  // namespace bpf_exporter::web
