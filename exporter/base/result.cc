// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <system_error>

#include "base/open_files.h"

namespace bpf_exporter {
namespace {

std::string Joined(std::string_view first, std::string_view separator, std::string_view second) {
  if (first.empty()) return std::string(second);
  if (second.empty()) return std::string(first);
  return std::string(first).append(separator).append(second);
}

}  // namespace

Error Error::In(std::string_view phrase) const {
  Error error = *this;
  error.context = Joined(phrase, ": ", context);
  return error;
}

void Error::AddRemedy(std::string_view text) {
  if (remedy.find(text) == std::string::npos) remedy = Joined(remedy, "; ", text);
}

std::string Error::Message() const { return Joined(Joined(context, ": ", cause), "; ", remedy); }

std::string ErrnoText(int code) {
  if (code == kNotSupported) return "not supported by this kernel";
  return std::generic_category().message(code);
}

Error ErrnoError(std::string_view context, int code) {
  Error error(context, ErrnoText(code), code);
  error.remedy = OpenFilesRemedy(code);
  return error;
}

}  // namespace bpf_exporter
