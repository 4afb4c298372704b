// SPDX-License-Identifier: Apache-2.0
#include "config/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>

#include "config/node_builder.h"
#include "config/source_text.h"

namespace bpf_exporter::config {
namespace {

Position At(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Passes yaml-cpp's events on to a NodeBuilder.
class Events : public YAML::EventHandler {
 public:
  Events(std::string_view source, NodeBuilder& builder) : source_(source), builder_(builder) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (builder_.root()) throw BadYaml{At(mark), SecondDocument(mark)};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.Null(PlaceOfNull(mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.Alias(At(mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckQuotes(mark);
    builder_.Scalar(At(mark), tag, anchor, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    builder_.Begin(Node::Kind::kList, At(mark), tag, anchor);
  }
  void OnSequenceEnd() override { builder_.End(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    builder_.Begin(Node::Kind::kMapping, At(mark), tag, anchor);
  }
  void OnMapEnd() override { builder_.End(); }

 private:
  // Throws if a quote is never closed: yaml-cpp takes the end of the file for its end if a line
  // feed is before it.
  void CheckQuotes(const YAML::Mark& mark) const {
    std::size_t at = mark.pos;
    while (at < source_.size() && (source_[at] == '&' || source_[at] == '!')) {  // anchor, tag
      at = std::min(source_.find_first_not_of(" \r\n", source_.find_first_of(" \r\n", at)),
                    source_.size());
    }
    if (at >= source_.size() || (source_[at] != '"' && source_[at] != '\'')) return;
    const char quote = source_[at];
    for (++at; at < source_.size(); ++at) {
      const bool doubled = quote == '\'' && source_.substr(at).starts_with("''");
      if (doubled || (quote == '"' && source_[at] == '\\')) {
        ++at;
      } else if (source_[at] == quote) {
        return;
      }
    }
    throw BadYaml{At(mark), "YAML: this quote is never closed"};
  }

  std::string SecondDocument(const YAML::Mark& mark) const {
    // After a line that is indented less than the first, yaml-cpp takes the rest for a document.
    const std::string_view before = source_.substr(0, mark.pos);
    const bool marked = source_.substr(mark.pos).starts_with("---") ||
                        before.find("\n---") != before.npos || before.find("\n...") != before.npos;
    return marked ? "a second YAML document starts here; a configuration is one document"
                  : "this line does not belong to what is above it; check the indentation";
  }

  // Returns the position of an empty item: yaml-cpp reports the position of what follows it, so go
  // back to its dash or comma.
  Position PlaceOfNull(const YAML::Mark& mark) const {
    const std::size_t pos = mark.pos;
    if (pos < source_.size() &&
        std::string_view("nN~").find(source_[pos]) != std::string_view::npos) {
      return At(mark);
    }
    const std::size_t last = source_.substr(0, pos).find_last_not_of(" \t\r\n");
    if (last == std::string_view::npos) return At(mark);
    const std::string_view skipped = source_.substr(last, pos - last);
    const auto lines = static_cast<int>(std::count(skipped.begin(), skipped.end(), '\n'));
    if (lines == 0) return {mark.line + 1, mark.column + 1 - static_cast<int>(skipped.size())};
    const std::size_t newline = source_.rfind('\n', last);
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    return {mark.line + 1 - lines, static_cast<int>(last - start) + 1};
  }

  std::string_view source_;
  NodeBuilder& builder_;
};

// Returns the source without its last "---" or "..." if only comments follow, which is an empty
// document.
std::string_view WithoutEmptyEnd(std::string_view source) {
  std::string_view left = source;
  for (std::size_t start = source.size(); start > 0;) {
    const std::size_t newline = source.substr(0, start - 1).rfind('\n');
    const std::size_t end = start;
    start = newline == std::string_view::npos ? 0 : newline + 1;
    const std::string_view line = source.substr(start, end - start);
    const bool mark = line.starts_with("---") || line.starts_with("...");
    const std::size_t text = line.find_first_not_of(" \t\r\n", mark ? 3 : 0);
    if (text != std::string_view::npos && (line[text] != '#' || (mark && text == 3))) break;
    if (mark) left = source.substr(0, start);
  }
  return left;
}

// A text of yaml-cpp, which is short, and ours, which says what a person can do.
struct Hint {
  std::string_view theirs;
  std::string_view ours;
};
const Hint kHints[] = {
    {YAML::ErrorMsg::MAP_VALUE,
     "':' cannot stand here; text that contains ': ' must be in quotes, and keys of one mapping "
     "must be indented alike"},
    {YAML::ErrorMsg::END_OF_MAP,
     "this does not belong to the mapping above it; check quotes and indentation"},
    {YAML::ErrorMsg::END_OF_SEQ,
     "this does not belong to the list above it; check quotes and indentation"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "this '{' is never closed by '}'"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "this '[' is never closed by ']'"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "the file ends inside quotes"},
    {YAML::ErrorMsg::FLOW_END, "this bracket closes nothing"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "'-' cannot start a list item here; check the indentation"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "text cannot start with this character; put it in quotes"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "this alias names an anchor that is not defined above"},
};

std::string Explain(const YAML::Exception& e, std::string_view source) {
  // yaml-cpp reports tabs in the indentation as some other error.
  const std::string_view before = source.substr(0, std::max(e.mark.pos, 0));
  const std::string_view line = before.substr(before.rfind('\n') + 1);
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != line.npos) {
    return "a tab cannot indent; use spaces";
  }
  if (e.msg.starts_with(YAML::ErrorMsg::INVALID_ESCAPE)) {
    return "this is no escape of double quotes; in single quotes a backslash stands for itself";
  }
  // yaml-cpp 0.8 says a name after some of them.
  for (const Hint& hint : kHints) {
    if (e.msg.starts_with(hint.theirs)) return std::string(hint.ours);
  }
  return e.msg;
}

}  // namespace

NodePtr ReadYaml(const std::string& source, Diagnostics& diagnostics) {
  const std::string_view text = WithoutEmptyEnd(WithoutByteOrderMark(source));
  if (!CheckSourceText(text, diagnostics)) return nullptr;
  NodeBuilder builder(diagnostics);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Events events(text, builder);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const BadYaml& bad) {
    diagnostics.Error(bad.at, bad.text);
    return nullptr;
  } catch (const YAML::Exception& e) {
    // At the end of the file the mark is empty; the position of what is still open is better.
    const bool unclosed =
        e.msg == YAML::ErrorMsg::END_OF_MAP_FLOW || e.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW;
    const Position at = unclosed && builder.innermost() ? *builder.innermost() : At(e.mark);
    diagnostics.Error(at, "YAML: " + Explain(e, text));
    return nullptr;
  } catch (const std::exception& e) {
    diagnostics.Error({}, fmt::format("YAML: {}", e.what()));
    return nullptr;
  }
  const NodePtr root = builder.root();
  if (!root || root->kind == Node::Kind::kNull) {
    diagnostics.Error({}, "the file says nothing; a configuration has at least 'metrics'");
    return nullptr;
  }
  return root;
}

}  // namespace bpf_exporter::config
