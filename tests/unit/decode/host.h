// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "support/temporary_folder.h"
#include "unit/decode/run.h"

namespace bpf_exporter::decode {

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
                     .btf = folder->path("vmlinux"),
                     .pci_ids = {folder->path("none"), folder->path("pci.ids")}},
                    [time] { return *time; }),
        folder_(std::move(folder)),
        time_(std::move(time)) {}

  const std::shared_ptr<Time> time_;
};

}  // namespace bpf_exporter::decode
