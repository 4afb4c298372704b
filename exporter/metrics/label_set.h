// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bpf_exporter::metrics {

// The labels of one series in the form in which they are kept: `a="1",b="x"`, valid UTF-8, values
// escaped as the text formats want them. Those copy it whole, which is most of what writing a line
// costs; other formats ask for the names and values, at 8 ns a label (tricks_bench), which is about
// what a whole line of text takes. A view: it owns nothing.
class LabelSet {
 public:
  explicit LabelSet(std::string_view text) : text_(text) {}

  std::string_view text() const { return text_; }
  bool empty() const { return text_.empty(); }

  // Calls use(name, value) for each label, in their order. `value` is valid during the call.
  template <typename Use>
  void ForEachLabel(Use&& use) const {
    std::string unescaped;
    std::string_view rest = text_;
    while (!rest.empty()) {
      const std::string_view name = rest.substr(0, rest.find('='));
      rest.remove_prefix(name.size() + 2);
      std::string_view value = rest.substr(0, rest.find('"'));
      if (value.find('\\') == std::string_view::npos) {
        rest.remove_prefix(value.size());
      } else {
        rest.remove_prefix(Unescape(rest, unescaped));
        value = unescaped;
      }
      rest.remove_prefix(rest.size() > 1 ? 2 : 1);  // the quotation mark, and a comma
      use(name, value);
    }
  }

 private:
  // Puts the value that `text` begins with into `value`; returns how long it is in `text`.
  static std::size_t Unescape(std::string_view text, std::string& value);

  std::string_view text_;
};

// Appends one label to the text of a LabelSet. Bytes of `value` that are not UTF-8 are replaced.
void AppendLabel(std::string_view name, std::string_view value, std::string& text);

}  // namespace bpf_exporter::metrics
