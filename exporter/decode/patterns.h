#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace bpf_exporter {

// Regular expressions in RE2's syntax, unanchored. Any thread.
class Patterns {
 public:
  // Why one of them cannot be used: "missing ]: [a". For Resolve.
  static Status Check(const Text& pattern);

  // Those that pass Check; the others match nothing.
  explicit Patterns(const std::vector<Text>& patterns);
  ~Patterns();
  Patterns(Patterns&&) noexcept;
  Patterns& operator=(Patterns&&) noexcept;

  bool AnyMatches(std::string_view text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter
