#include <re2/re2.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "decode/families.h"

namespace bpf_exporter {
namespace {

class Expressions {
 public:
  explicit Expressions(std::vector<std::unique_ptr<RE2>> expressions)
      : expressions_(std::move(expressions)) {}

  Decoded Decode(std::string_view in, std::string& out) const {
    // RE2's `.` matches no byte of invalid UTF-8, and then a pattern like ^(.*)$ would drop the
    // row.
    std::string valid;
    re2::StringPiece text(in.data(), in.size());
    if (!IsValidUtf8(in)) {
      valid = ValidUtf8(in);
      text = valid;
    }
    for (const auto& expression : expressions_) {
      const int groups = expression->NumberOfCapturingGroups();
      if (groups > 1) continue;
      std::array<re2::StringPiece, 2> found;
      if (!expression->Match(text, 0, text.size(), RE2::UNANCHORED, found.data(), groups + 1)) {
        continue;
      }
      // A group that took no part in the match is empty.
      out.assign(found[groups].data() == nullptr ? "" : found[groups].data(), found[groups].size());
      return Decoded::kOk;
    }
    return Decoded::kSkip;
  }

 private:
  std::vector<std::unique_ptr<RE2>> expressions_;
};

}  // namespace

Result<DecodeFunction> MakeRegexp(const DecoderRequest& request) {
  if (!request.spec.regexps) return Error{"decoder 'regexp': 'regexps' is missing"};
  std::vector<std::unique_ptr<RE2>> expressions;
  for (const Text& pattern : *request.spec.regexps) {
    auto expression = std::make_unique<RE2>(pattern.value, RE2::Quiet);
    if (!expression->ok()) return Error{"decoder 'regexp': " + expression->error()};
    expressions.push_back(std::move(expression));
  }
  // Shared, because a std::function must be copyable and RE2 is not.
  const auto made = std::make_shared<const Expressions>(std::move(expressions));
  return DecodeFunction(
      [made](std::string_view in, std::string& out) { return made->Decode(in, out); });
}

}  // namespace bpf_exporter
