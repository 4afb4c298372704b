// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bpf_exporter::web {

struct Request {
  std::string method;
  std::string path;  // without the query, which no page takes
  // The values of these headers; several of one name are joined by commas.
  std::string accept;
  std::string accept_encoding;
};

}  // namespace bpf_exporter::web
