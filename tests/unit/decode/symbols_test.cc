// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "decode/table.h"
#include "unit/decode/host.h"

namespace bpf_exporter::decode {
namespace {

using std::chrono::seconds;

template <typename... Addresses>
std::string Stack(Addresses... addresses) {
  return (Raw<std::uint64_t>(addresses) + ...);
}

class Symbols : public HostTest {
 protected:
  Symbols() {
    folder_->Write("kallsyms",
                   "ffffffeb19d90830 T pipe_lock\n"
                   "ffffffeb19d90870 T pipe_unlock\n"
                   "ffffffc000001000 t commit_timeout\t[jbd2]\n");
  }
  Answer Ksym(std::uint64_t address) { return First("ksym", Raw(address)); }
};

TEST_F(Symbols, KsymGivesTheSymbolThatStartsThere) {
  EXPECT_EQ(Ksym(0xffffffeb19d90830), Ok("pipe_lock"));
  EXPECT_EQ(Ksym(0xffffffeb19d90870), Ok("pipe_unlock"));
}

TEST_F(Symbols, KsymShowsTheModule) {
  EXPECT_EQ(Ksym(0xffffffc000001000), Ok("commit_timeout\t[jbd2]"));
}

TEST_F(Symbols, KsymSaysUnknownForAnAddressInsideAFunction) {
  EXPECT_EQ(Ksym(0xffffffeb19d90828), Provisional("unknown_addr:0xffffffeb19d90828"));
  EXPECT_EQ(Ksym(0xffffffeb19d90878), Provisional("unknown_addr:0xffffffeb19d90878"));
  EXPECT_EQ(Ksym(0), Provisional("unknown_addr:0x0"));
  EXPECT_EQ(Ksym(~std::uint64_t{0}), Provisional("unknown_addr:0xffffffffffffffff"));
}

TEST_F(Symbols, KsymUsesTheFirstEightBytes) {
  EXPECT_EQ(First("ksym", Stack(0xffffffeb19d90830, 1)), Ok("pipe_lock"));
  EXPECT_EQ(MakeError("ksym", 4), "decoder 'ksym' takes 8 bytes or more, not 4");
}

TEST_F(Symbols, KsymTakesTheFirstOfTwoNames) {
  folder_->Write("kallsyms", "10 T first\n20 T other\n10 T second\n");
  EXPECT_EQ(Ksym(0x10), Ok("first"));
}

TEST_F(Symbols, KstackResolvesToTheNearestSymbolBelow) {
  folder_->Write("kallsyms", "6 T two\n4 T one\naa T three\n");
  EXPECT_EQ(First("kstack", Stack(4, 5, 6, 0)), Ok("one\none\ntwo"));
  EXPECT_EQ(First("kstack", Stack(0xab, 0x10, 6, 0)), Ok("three\ntwo\ntwo"));
  EXPECT_EQ(First("kstack", Stack(1, 4)), Provisional("??\none"));
  EXPECT_EQ(First("kstack", Stack(0, 4)), Ok(""));
  EXPECT_EQ(First("kstack", Stack(4)), Ok("one"));
}

TEST_F(Symbols, KstackDoesNotReachBeyondWhatAFunctionCanSpan) {
  folder_->Write("kallsyms", "1000 T one\n");
  EXPECT_EQ(First("kstack", Stack(0x1000 + 0xfffff)), Ok("one"));
  EXPECT_EQ(First("kstack", Stack(0x1000 + 0x100000)), Provisional("??"));
}

TEST_F(Symbols, KstackNeedsAMultipleOfEight) {
  EXPECT_EQ(MakeError("kstack", 12), "decoder 'kstack' takes a multiple of 8 bytes, not 12");
  EXPECT_EQ(Text("kstack", "abc"), Failed("decoder 'kstack' takes a multiple of 8 bytes, not 3"));
}

TEST_F(Symbols, AMissReadsTheFileAgainButNotMoreOftenThanEvery30Seconds) {
  EXPECT_EQ(Ksym(0x77), Provisional("unknown_addr:0x77"));
  folder_->Write("kallsyms", "77 T late\n");
  Advance(seconds(29));
  EXPECT_EQ(Ksym(0x77), Provisional("unknown_addr:0x77"));
  Advance(seconds(1));
  EXPECT_EQ(Ksym(0x77), Ok("late"));
  EXPECT_EQ(First("kstack", Stack(0x78)), Ok("late"));
}

TEST_F(Symbols, AMissInAStackReadsTheFileAgain) {
  folder_->Write("kallsyms", "4 T one\n");
  EXPECT_EQ(First("kstack", Stack(1, 4)), Provisional("??\none"));
  folder_->Write("kallsyms", "4 T one\n1 T zero\n");
  Advance(seconds(30));
  EXPECT_EQ(First("kstack", Stack(1, 4)), Ok("zero\none"));
}

TEST_F(Symbols, HiddenAddressesResolveToNothing) {
  folder_->Write("kallsyms", "0000000000000000 T one\n0000000000000000 T two\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(Ksym(0xffffffeb19d90830), Provisional("unknown_addr:0xffffffeb19d90830"));
  EXPECT_EQ(First("kstack", Stack(4, 5)), Provisional("??\n??"));
  Advance(seconds(30));
  EXPECT_EQ(First("kstack", Stack(4)), Provisional("??"));
  const std::string log = testing::internal::GetCapturedStderr();
  const std::string warning = "'" + folder_->path("kallsyms") +
                              "' shows no addresses: kernel symbols stay unknown; it takes "
                              "CAP_SYSLOG and a kernel.kptr_restrict below 2\n";
  EXPECT_TRUE(log.ends_with(warning)) << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

TEST_F(Symbols, AMissingFileIsOneWarning) {
  std::filesystem::remove(folder_->path("kallsyms"));
  testing::internal::CaptureStderr();
  EXPECT_EQ(Ksym(1), Provisional("unknown_addr:0x1"));
  Advance(seconds(30));
  EXPECT_EQ(Ksym(1), Provisional("unknown_addr:0x1"));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(log.ends_with("open '" + folder_->path("kallsyms") +
                            "': No such file or directory: kernel symbols stay unknown\n"))
      << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

TEST_F(Symbols, MakingADecoderReadsNothingAndOpeningKeepsTheFile) {
  ASSERT_TRUE(MakeDecoder(Spec("ksym"), {8}, host_));
  host_.Open();
  std::filesystem::remove(folder_->path("kallsyms"));
  EXPECT_EQ(Ksym(0xffffffeb19d90830), Ok("pipe_lock"));
}

TEST_F(Symbols, OpeningWithoutSymbolDecodersTouchesNothing) {
  host_.Open();
  std::filesystem::remove(folder_->path("kallsyms"));
  folder_->Write("kallsyms", "10 T newer\n");
  EXPECT_EQ(Ksym(0x10), Ok("newer"));
}

TEST_F(Symbols, JunkLinesAreLeftOut) {
  folder_->Write("kallsyms", "\n \nzz T bad\n10\n10 T\n10 T \n20 T good\n30 T cut");
  EXPECT_EQ(Ksym(0x10), Provisional("unknown_addr:0x10"));
  EXPECT_EQ(Ksym(0x20), Ok("good"));
  EXPECT_EQ(Ksym(0x30), Provisional("unknown_addr:0x30"));
}

}  // namespace
}  // namespace bpf_exporter::decode
