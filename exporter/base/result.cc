// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <system_error>

namespace bpf_exporter {

Error ErrnoError(std::string_view context, int code) {
  return {std::string(context).append(": ").append(std::generic_category().message(code)), code};
}

}  // namespace bpf_exporter
