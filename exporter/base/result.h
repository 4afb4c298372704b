// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace bpf_exporter {

// Why an operation failed, in parts that a caller may look at and complete.
//
// Who says what, so that nothing is said twice: a function that is handed the name of a thing (a
// path, a map, an interface, an address) names it in `context`, together with what it tried. What
// only its caller knows (the configuration, object, program or option that it works for) the
// caller puts before that with In(). A function whose caller names the thing says so in its header.
struct Error {
  std::string context;  // "object 'x.bpf.o': open"; may be empty
  std::string cause;    // "No such file or directory"
  std::string remedy;   // what helps against it, or what else is known of it; may be empty
  int code = 0;         // the errno that a caller may decide on, or 0

  explicit Error(std::string cause_text) : cause(std::move(cause_text)) {}
  Error(std::string cause_text, int code_value) : cause(std::move(cause_text)), code(code_value) {}
  Error(std::string_view context_text, std::string cause_text, int code_value)
      : context(context_text), cause(std::move(cause_text)), code(code_value) {}

  // Returns the same error with one more phrase of context before it.
  Error In(std::string_view phrase) const;
  // Adds a remedy after those that the error has. Does nothing if `text` is empty.
  void AddRemedy(std::string_view text);
  // Returns "context: cause; remedy" without the parts that are empty.
  std::string Message() const;
};

// A value or an Error. Reading the side that is not there is a programming error and throws
// std::bad_variant_access.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<std::monostate, Error> state_;
};

using Status = Result<void>;

// The kernel's own "not supported" (ENOTSUPP), for which user space has no name.
inline constexpr int kNotSupported = 524;

// Returns strerror(code); it knows kNotSupported, too. Threads may call it at the same time.
std::string ErrnoText(int code);
// Returns an error that reads "context: ErrnoText(code)".
Error ErrnoError(std::string_view context, int code);

}  // namespace bpf_exporter
