// SPDX-License-Identifier: Apache-2.0
// Tests: start_test.cc, load_test.cc
#include "object/btf_file.h"

#include <bpf/btf.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>

#include "object/libbpf_log.h"

namespace bpf_exporter::object {

Status CheckBtfFile(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return ErrnoError(fmt::format("'{}'", path), errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{fmt::format("'{}': is not a regular file", path), EINVAL};
  }
  LibbpfLog quiet;
  const std::unique_ptr<btf, decltype(&btf__free)> types(btf__parse(path.c_str(), nullptr),
                                                         btf__free);
  if (types != nullptr) return {};
  const int code = errno;
  // All other errors of libbpf mean one thing: the file is there but does not hold BTF.
  if (code == EACCES || code == EPERM || code == ENOMEM || code == EMFILE) {
    return ErrnoError(fmt::format("'{}'", path), code);
  }
  return Error{fmt::format("'{}': is neither BTF nor an ELF file that holds it", path), EINVAL};
}

}  // namespace bpf_exporter::object
