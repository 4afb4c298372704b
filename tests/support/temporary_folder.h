// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace bpf_exporter {

// A new, empty folder for the files of one test, removed with them at the end.
class TemporaryFolder {
 public:
  // Throws std::system_error if the folder cannot be made.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Returns the path of `name` in the folder; of the folder itself without a name.
  std::string path(std::string_view name = "") const;
  // Writes a file with this text, in place of one of that name; returns its path.
  std::string Write(std::string_view name, std::string_view text) const;

 private:
  std::string path_;
};

}  // namespace bpf_exporter
