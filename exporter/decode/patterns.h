// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace re2 {
class RE2;
}

namespace bpf_exporter::decode {

// A regular expression in the syntax that RE2 and Go share, unanchored. Copies share it. Any
// thread.
class Pattern {
 public:
  // Compiles an expression; the error has RE2's words: "missing ]: [a". E2BIG: it is too large.
  static Result<Pattern> Compile(const std::string& expression);

  // Returns how many instructions RE2 made of it.
  std::size_t size() const;
  // Returns the number of groups that capture.
  int groups() const;
  bool Matches(std::string_view text) const;
  // Sets `out` to what the group matched (empty if it took no part), or, without a group, to the
  // whole match. Returns false if nothing matches or the expression has several groups.
  bool Extract(std::string_view text, std::string& out) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> expression);
  std::shared_ptr<const re2::RE2> expression_;
};

// Several expressions; those that do not compile match nothing.
class Patterns {
 public:
  explicit Patterns(const std::vector<config::Text>& expressions);
  bool AnyMatches(std::string_view text) const;

 private:
  std::vector<Pattern> patterns_;
};

}  // namespace bpf_exporter::decode
