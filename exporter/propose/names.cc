// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/names.h"

#include <algorithm>
#include <cctype>

namespace bpf_exporter::propose {
namespace {

bool IsLetterOrDigit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::string NameOf(std::string_view text) {
  std::string name;
  for (const char c : text) name += IsLetterOrDigit(c) ? c : '_';
  const bool digit = !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) != 0;
  return digit ? "_" + name : name;
}

std::string JoinedName(std::initializer_list<std::string_view> parts) {
  std::string name;
  for (const std::string_view part : parts) {
    const std::string more = NameOf(part);
    if (more.empty() || more == name || name.ends_with("_" + more)) continue;
    name = name.empty() || more.starts_with(name + "_") ? more : name + "_" + more;
  }
  return name;
}

std::string Scalar(std::string_view text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsLetterOrDigit(c) || c == '_' || c == '.' || c == '/';
  });
  return plain ? std::string(text) : QuotedScalar(text);
}

std::string QuotedScalar(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace bpf_exporter::propose
