// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// Headers that are lists of members with parameters, such as Accept (RFC 9110, 5.6): separated by
// commas and semicolons, but for those in quotation marks.
namespace bpf_exporter::exposition {

// Cuts the part before `separator` off `text` and returns it, trimmed.
std::string_view CutPart(std::string_view& text, char separator);

// Returns whether `text` is `lower_case` but for the case of its letters.
bool SameToken(std::string_view text, std::string_view lower_case);

// One member of a list: a value and its parameters.
class HeaderMember {
 public:
  explicit HeaderMember(std::string_view text) : value_(CutPart(text, ';')), parameters_(text) {}

  std::string_view value() const { return value_; }
  // Returns the parameter q, from 0 to 1: 1 if there is none, 0 if it cannot be read.
  double Weight() const;

  // Calls use(name, value) for each parameter; the value without the quotation marks around it.
  template <typename Use>
  void ForEachParameter(Use&& use) const {
    for (std::string_view rest = parameters_; !rest.empty();) {
      std::string_view value = CutPart(rest, ';');
      const std::string_view name = CutPart(value, '=');
      use(name, Unquoted(value));
    }
  }

 private:
  static std::string_view Unquoted(std::string_view value);

  std::string_view value_;
  std::string_view parameters_;
};

// Calls use(member) for each member of the list; empty ones too.
template <typename Use>
void ForEachMember(std::string_view list, Use&& use) {
  while (!list.empty()) use(HeaderMember(CutPart(list, ',')));
}

}  // namespace bpf_exporter::exposition
