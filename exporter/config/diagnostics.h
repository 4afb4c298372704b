// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"

namespace bpf_exporter::config {

// Collects what is wrong with one file and prints it as compilers do:
//   FILE:LINE:COL: error: TEXT
//     the line
//     ^
// Used by the parser and by Resolve. One thread.
class Diagnostics {
 public:
  // `source` is the file's text, from which the lines are shown.
  Diagnostics(std::string file, std::string source);

  void Error(Position at, std::string text);
  void Warning(Position at, std::string text);
  // The same, of something that nobody needs to hear if what is at `unless` turns out to be wrong.
  void WarningUnless(Position unless, Position at, std::string text);

  bool has_errors() const { return errors_ > 0; }
  // Returns whether an error was reported at that place: what follows from it needs no other.
  bool HasErrorAt(Position at) const;
  std::size_t errors() const { return errors_; }

  // Returns all messages, sorted by position: at most 100 and a line that counts the rest. Every
  // line ends in a line feed. Empty if there is no message.
  std::string Render() const;

 private:
  struct Entry {
    Position at;
    bool error;
    std::string text;
    Position unless = {};
  };
  std::string file_;
  std::string source_;
  std::vector<Entry> entries_;
  std::size_t errors_ = 0;
  std::set<std::pair<int, int>> places_;  // of errors: line and column
};

}  // namespace bpf_exporter::config
