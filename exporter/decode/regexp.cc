// SPDX-License-Identifier: Apache-2.0
#include "decode/regexp.h"

#include <utility>
#include <vector>

#include "base/utf8.h"
#include "decode/patterns.h"

namespace bpf_exporter::decode {

Result<DecodeFunction> MakeRegexp(const DecoderRequest& request) {
  if (!request.spec.regexps) return Error{"decoder 'regexp': 'regexps' is missing"};
  std::vector<Pattern> patterns;
  for (const config::Text& expression : *request.spec.regexps) {
    Result<Pattern> pattern = Pattern::Compile(expression.value);
    if (!pattern) return pattern.error().In("decoder 'regexp'");
    patterns.push_back(*std::move(pattern));
  }
  return DecodeFunction([patterns = std::move(patterns)](std::string_view in, std::string& out) {
    // RE2's `.` matches no byte of invalid UTF-8, and then a pattern like ^(.*)$ would drop the
    // row.
    std::string valid;
    if (!IsValidUtf8(in)) in = valid = ValidUtf8(in);
    for (const Pattern& pattern : patterns) {
      if (pattern.Extract(in, out)) return Decoded::kOk;
    }
    return Decoded::kSkip;
  });
}

}  // namespace bpf_exporter::decode
