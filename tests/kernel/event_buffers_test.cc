// SPDX-License-Identifier: Apache-2.0
#include "kernel/read/event_buffers.h"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>

#include "host/cpu_watch.h"
#include "kernel/support.h"
#include "metrics/event_table.h"

namespace bpf_exporter::kernel {
namespace {

constexpr std::uint32_t kRecordBytes = 24;  // of tests/programs/events.bpf.c

class EventBuffersTest : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    LoadedObject* object = Load(PlanOf("events", {}));
    ASSERT_NE(object, nullptr);
    ASSERT_TRUE(Open(*object).ok());
    object->Attach();
  }
  void TearDown() override {
    buffers_ = {};
    KernelTest::TearDown();
  }

  // How many of so many records that this process sends from that CPU are counted.
  std::uint64_t Counted(int cpu, int records) {
    const std::uint64_t before = All();
    cpu_set_t all, only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    EXPECT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
    EXPECT_EQ(sched_setaffinity(0, sizeof(only), &only), 0);
    for (int i = 0; i < records; ++i) umask(umask(022));  // each sends two
    EXPECT_EQ(sched_setaffinity(0, sizeof(all), &all), 0);
    return (All() - before) / 2;
  }

  EventBuffers buffers_;

 private:
  Status Open(const LoadedObject& object) {
    EventSource source;
    source.config = "events";
    source.map = "perf_events_total";
    source.map_fd = object.Map(source.map).fd();
    source.pages = 8;
    source.table = table_;
    return buffers_.Open(source);
  }

  // The records of this process, so far.
  std::uint64_t All() {
    buffers_.Consume();
    RowCollector rows(sizeof(std::uint64_t));
    EXPECT_TRUE(table_->Read(rows).ok());
    std::uint64_t sum = 0;
    for (const auto& [key, value] : rows.rows) {
      std::uint32_t process = 0;
      std::memcpy(&process, key.data(), sizeof(process));
      std::uint64_t count = 0;
      std::memcpy(&count, value.data(), sizeof(count));
      if (process == static_cast<std::uint32_t>(getpid())) sum += count;
    }
    EXPECT_EQ(table_->lost(), 0u);
    return sum;
  }

  std::shared_ptr<metrics::EventTable> table_ =
      std::make_shared<metrics::EventTable>(kRecordBytes, 1000, std::chrono::hours(1));
};

TEST_F(EventBuffersTest, CountRecordsOfEveryCpu) {
  for (const auto& [cpu, gone] : host::CpusNow()) EXPECT_EQ(Counted(cpu, 100), 100u) << cpu;
}

TEST_F(EventBuffersTest, FollowCpusThatGoAndComeBack) {
  const char* cpu1 = "/sys/devices/system/cpu/cpu1/online";
  if (!EveryKindIsRequired()) GTEST_SKIP() << "takes a CPU away, so it runs in guests only";
  host::CpuWatch cpus;
  const std::size_t fds = buffers_.fds().size();
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(std::ofstream(cpu1) << "0" << std::flush);
    if (round == 1) {  // in the others between two looks
      EXPECT_TRUE(buffers_.FollowCpus(cpus.Look()).empty());
    }
    ASSERT_TRUE(std::ofstream(cpu1) << "1" << std::flush);
    EXPECT_TRUE(buffers_.FollowCpus(cpus.Look()).empty());
    EXPECT_EQ(buffers_.fds().size(), fds + 1) << "the buffer of before is closed";
    EXPECT_EQ(Counted(1, 100), 100u) << round;
    EXPECT_EQ(Counted(0, 100), 100u) << round;
  }
}

}  // namespace
}  // namespace bpf_exporter::kernel
