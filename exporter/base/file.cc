// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"

namespace bpf_exporter {
namespace {

Error TooLarge(std::size_t size) { return Error(fmt::format("has {} bytes", size), EFBIG); }

}  // namespace

Result<std::string> ReadRegularFile(const std::string& path, std::size_t most) {
  // Without O_NONBLOCK opening a FIFO would wait for a writer.
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return ErrnoError("open", errno);
  struct stat status = {};
  if (fstat(fd.get(), &status) != 0) return ErrnoError("stat", errno);
  if (S_ISDIR(status.st_mode)) return Error("is a directory", EISDIR);
  if (!S_ISREG(status.st_mode)) return Error("is not a regular file", EINVAL);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > most) return TooLarge(size);

  std::string bytes;
  bytes.reserve(size);
  char buffer[65536];
  for (;;) {
    const ssize_t got = read(fd.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoError("read", errno);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
    if (bytes.size() > most) return TooLarge(bytes.size());  // it has grown meanwhile
  }
}

}  // namespace bpf_exporter
