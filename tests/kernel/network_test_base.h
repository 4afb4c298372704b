// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "kernel/namespaces.h"
#include "kernel/support.h"

namespace bpf_exporter::kernel {

// Tests in a network namespace of their own, which has lo.
class NetworkTest : public KernelTest {
 protected:
  static constexpr int kLoopback = 1;  // lo's index in a new namespace

  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    space_ = std::make_unique<OwnNamespace>(OwnNamespace::Kind::kNetwork);
    ASSERT_EQ(space_->problem(), "");
  }
  void TearDown() override {
    // Detached while still in the namespace: that is where the interfaces are.
    DestroyObjects();
    space_.reset();
    KernelTest::TearDown();
  }

  static config::ProbeSpec OnInterface(const std::string& program, config::ProbeKind kind,
                                       const std::string& interface,
                                       const std::string& direction = "") {
    config::ProbeSpec probe = Probe(program, kind, {interface});
    probe.direction.value = direction;
    return probe;
  }

 private:
  std::unique_ptr<OwnNamespace> space_;
};

}  // namespace bpf_exporter::kernel
