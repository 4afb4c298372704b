// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "host/host.h"
#include "kernel/load/object.h"
#include "metrics/map_reader.h"
#include "plan/plan.h"

namespace bpf_exporter::kernel {

// Why this process cannot run kernel tests; empty if it can.
std::string WhyNoBpf();
// REQUIRE_KERNEL=1: a test that cannot run is a failure.
bool KernelIsRequired();
// KERNEL_TESTS_GUEST=1: a kernel that must have every kind of program.
bool EveryKindIsRequired();

// Ends the test: it cannot run on this machine.
#define SKIP_OR_FAIL(why)                                            \
  do {                                                               \
    if (::bpf_exporter::kernel::KernelIsRequired()) FAIL() << (why); \
    GTEST_SKIP() << (why);                                           \
  } while (false)

// Ends the test: this very kernel lacks a feature. Fine unless it is one that has them all.
#define SKIP_ON_THIS_KERNEL(why)                                        \
  do {                                                                  \
    if (::bpf_exporter::kernel::EveryKindIsRequired()) FAIL() << (why); \
    GTEST_SKIP() << "this kernel " << (why);                            \
  } while (false)

std::size_t OpenFds();
// "prog 12", "map 3", "link 7": what the descriptors of this process refer to.
std::set<std::string> BpfIdsOfThisProcess();
// Waits for the kernel to free them (it does so in the background); those left after 5 s.
std::set<std::string> StillThere(const std::set<std::string>& ids);

// A plan of the object tests/programs/NAME.bpf.o with these maps read by metrics.
plan::ConfigPlan PlanOf(const std::string& object, const std::vector<std::string>& maps,
                        std::vector<config::ProbeSpec> probes = {});
config::ProbeSpec Probe(const std::string& program, config::ProbeKind kind,
                        const std::vector<std::string>& targets = {});

// Plans a configuration of an object of tests/programs; a failure ends in ADD_FAILURE and a plan of
// nothing. `host` outlives the plan.
plan::ConfigPlan PlanOfYaml(const std::string& object, const std::string& yaml, host::Host& host);

// Skips where BPF is not allowed. Every object that a test keeps here is destroyed at the end, and
// then nothing of it may be left: no descriptor, no program, map or link.
class KernelTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // What is kept goes now; then nothing of it may be left.
  void DestroyObjects();

  // Loads and keeps; a failure ends in ADD_FAILURE and null.
  LoadedObject* Load(const plan::ConfigPlan& plan);
  LoadedObject* Load(const plan::ConfigPlan& plan, Alternatives alternatives);
  // Loads and attaches; every program must be attached.
  LoadedObject* LoadAndAttach(const plan::ConfigPlan& plan);

 private:
  std::size_t fds_before_ = 0;
  std::vector<std::unique_ptr<LoadedObject>> objects_;
};

// The problem of that program; "no such program" if it is not there.
std::string ProblemOf(const LoadedObject& object, const std::string& program);

// Rows as a reader handed them over, by key; a key that comes twice is counted.
class RowCollector : public metrics::RowSink {
 public:
  void OnRows(const metrics::RowBlock& block) override;
  explicit RowCollector(std::size_t value_bytes) : value_bytes_(value_bytes) {}

  std::map<std::string, std::string> rows;
  std::size_t repeats = 0;

 private:
  std::size_t value_bytes_;  // of each row to keep
};

// The output of a command, which must succeed.
std::string Output(const std::string& command);

}  // namespace bpf_exporter::kernel
