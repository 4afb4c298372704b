// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "unit/decode/run.h"

namespace bpf_exporter::decode {

// A folder of its own for a test's files, removed with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = testing::TempDir() + "decodeXXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(std::string_view name = "") const {
    return name.empty() ? path_ : path_ + "/" + std::string(name);
  }
  void Write(std::string_view name, std::string_view text) const {
    std::ofstream(path(name)) << text;
  }

 private:
  std::string path_;
};

// Decoders on a host of the test's own: files in a folder, and a clock that stands still until the
// test moves it.
class HostTest : public DecoderTest {
 protected:
  HostTest()
      : HostTest(std::make_unique<TemporaryFolder>(),
                 std::make_shared<Time>(std::chrono::hours(1))) {}

  void Advance(std::chrono::milliseconds by) { *time_ += by; }

  const std::unique_ptr<TemporaryFolder> folder_;

 private:
  HostTest(std::unique_ptr<TemporaryFolder> folder, std::shared_ptr<Time> time)
      : DecoderTest({.proc = folder->path(),
                     .cgroup = folder->path("cgroup"),
                     .pci_ids = {folder->path("none"), folder->path("pci.ids")}},
                    [time] { return *time; }),
        folder_(std::move(folder)),
        time_(std::move(time)) {}

  const std::shared_ptr<Time> time_;
};

}  // namespace bpf_exporter::decode
