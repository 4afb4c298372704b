// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// Plain data as bytes for another process of this very program, which has the same types. Numbers,
// enums, strings, vectors, maps, pairs, shared pointers to what is const, and structs of these
// without constructors, whose members need not be listed anywhere.
namespace bpf_exporter {

namespace pack {

template <typename T>
concept Number = std::is_arithmetic_v<T> || std::is_enum_v<T>;
template <typename T>
concept Struct = std::is_aggregate_v<T>;

// Stands for a member of any type where the members of a struct are counted.
struct AnyMember {
  template <typename T>
  operator T() const;  // NOLINT: implicit
};

template <typename T, std::size_t... kIndex>
constexpr bool HasMembers(std::index_sequence<kIndex...>) {
  return requires { T{(static_cast<void>(kIndex), AnyMember())...}; };
}

// Returns how many members the struct has.
template <Struct T, std::size_t kMost = 12>
constexpr std::size_t MemberCount() {
  if constexpr (HasMembers<T>(std::make_index_sequence<kMost>())) {
    return kMost;
  } else {
    return MemberCount<T, kMost - 1>();
  }
}

// Calls `visit` with all members of a struct, in the order of declaration.
template <typename T, typename Visit>
void WithMembers(T& value, Visit visit) {
  constexpr std::size_t kCount = MemberCount<std::remove_const_t<T>>();
  if constexpr (kCount == 2) {
    auto& [a, b] = value;
    visit(a, b);
  } else if constexpr (kCount == 3) {
    auto& [a, b, c] = value;
    visit(a, b, c);
  } else if constexpr (kCount == 4) {
    auto& [a, b, c, d] = value;
    visit(a, b, c, d);
  } else if constexpr (kCount == 5) {
    auto& [a, b, c, d, e] = value;
    visit(a, b, c, d, e);
  } else if constexpr (kCount == 6) {
    auto& [a, b, c, d, e, f] = value;
    visit(a, b, c, d, e, f);
  } else if constexpr (kCount == 7) {
    auto& [a, b, c, d, e, f, g] = value;
    visit(a, b, c, d, e, f, g);
  } else if constexpr (kCount == 8) {
    auto& [a, b, c, d, e, f, g, h] = value;
    visit(a, b, c, d, e, f, g, h);
  } else {
    static_assert(kCount == 11, "add a case for this number of members");
    auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
    visit(a, b, c, d, e, f, g, h, i, j, k);
  }
}

class Packer {
 public:
  template <Number T>
  void Add(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void Add(const std::string& text) {
    Add(text.size());
    bytes_.append(text);
  }
  template <typename T>
  void Add(const std::vector<T>& values) {
    Add(values.size());
    for (const T& value : values) Add(value);
  }
  template <typename Key, typename T>
  void Add(const std::map<Key, T>& values) {
    Add(values.size());
    for (const auto& value : values) Add(value);
  }
  template <typename First, typename Second>
  void Add(const std::pair<First, Second>& value) {
    Add(value.first);
    Add(value.second);
  }
  template <typename T>
  void Add(const std::shared_ptr<const T>& value) {
    Add(value != nullptr);
    if (value != nullptr) Add(*value);
  }
  template <Struct T>
  void Add(const T& value) {
    WithMembers(value, [this](const auto&... members) { (this->Add(members), ...); });
  }

  std::string Finish() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Believes nothing: the process that wrote the bytes may have been damaged.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}

  template <Number T>
  void Take(T& value) {
    if (left_.size() < sizeof(value)) return Fail();
    std::memcpy(&value, left_.data(), sizeof(value));
    left_.remove_prefix(sizeof(value));
  }
  void Take(bool& value) {
    std::uint8_t byte = 0;
    Take(byte);
    value = byte != 0;
  }
  void Take(std::string& text) {
    std::size_t size = 0;
    Take(size);
    if (size > left_.size()) return Fail();
    text.assign(left_.substr(0, size));
    left_.remove_prefix(size);
  }
  template <typename T>
  void Take(std::vector<T>& values) {
    std::size_t count = 0;
    for (Take(count); whole_ && count > 0; --count) Take(values.emplace_back());
  }
  template <typename Key, typename T>
  void Take(std::map<Key, T>& values) {
    std::size_t count = 0;
    for (Take(count); whole_ && count > 0; --count) {
      std::pair<Key, T> value;
      Take(value);
      values.insert(std::move(value));
    }
  }
  template <typename First, typename Second>
  void Take(std::pair<First, Second>& value) {
    Take(value.first);
    Take(value.second);
  }
  template <typename T>
  void Take(std::shared_ptr<const T>& value) {
    constexpr int kMaxDepth = 64;
    bool there = false;
    Take(there);
    if (!there || !whole_) return;
    if (depth_ == kMaxDepth) return Fail();
    ++depth_;
    auto made = std::make_shared<T>();
    Take(*made);
    value = std::move(made);
    --depth_;
  }
  template <Struct T>
  void Take(T& value) {
    WithMembers(value, [this](auto&... members) { (this->Take(members), ...); });
  }

  // Returns whether the bytes were there for all that was taken, and nothing is left.
  bool Finished() const { return whole_ && left_.empty(); }

 private:
  void Fail() {
    whole_ = false;
    left_ = {};
  }

  std::string_view left_;
  bool whole_ = true;
  int depth_ = 0;
};

}  // namespace pack

// Returns the bytes of `value`.
template <typename T>
std::string Pack(const T& value) {
  pack::Packer packer;
  packer.Add(value);
  return packer.Finish();
}

// Returns the value that Pack() made the bytes of; nothing if it cannot have.
template <typename T>
std::optional<T> Unpack(std::string_view bytes) {
  pack::Unpacker unpacker(bytes);
  T value{};
  unpacker.Take(value);
  if (!unpacker.Finished()) return std::nullopt;
  return value;
}

}  // namespace bpf_exporter
