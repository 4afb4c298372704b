// SPDX-License-Identifier: Apache-2.0
#include <bpf/btf.h>

#include <filesystem>

#include "unit/decode/host.h"

namespace bpf_exporter::decode {
namespace {

config::DecoderSpec EnumsSpec(std::vector<std::string> names) {
  config::DecoderSpec spec = Spec("kernel_enum");
  for (std::string& name : names) spec.enums.push_back({std::move(name), {}});
  return spec;
}

class KernelEnum : public HostTest {
 protected:
  KernelEnum() : types_(btf__new_empty(), btf__free) {
    AddEnum("drop_reason", {{"NOT_DROPPED", 0}, {"NO_SOCKET", 2}, {"SAME_AS_NO_SOCKET", 2}});
    btf__add_struct(types_.get(), "drop_reason", 4);
    AddEnum("level", {{"LOW", -1}, {"HIGH", 1}});
    AddEnum("drop_reason", {{"OF_ANOTHER_FILE", 9}});
    Write();
  }

  void AddEnum(const char* name, std::vector<std::pair<const char*, int>> enumerators) {
    btf__add_enum(types_.get(), name, 4);
    for (const auto& [enumerator, number] : enumerators) {
      btf__add_enum_value(types_.get(), enumerator, number);
    }
  }
  void Write() {
    std::uint32_t size = 0;
    const auto* bytes = static_cast<const char*>(btf__raw_data(types_.get(), &size));
    folder_->Write("vmlinux", std::string(bytes, size));
  }
  Answer Named(std::vector<std::string> enums, std::uint32_t number) {
    return First(EnumsSpec(std::move(enums)), Raw(number));
  }

  const std::unique_ptr<btf, decltype(&btf__free)> types_;
};

TEST_F(KernelEnum, GivesTheKernelsName) {
  EXPECT_EQ(Named({"drop_reason"}, 0), Ok("NOT_DROPPED"));
  EXPECT_EQ(Text(EnumsSpec({"drop_reason"}), "2"), Ok("NO_SOCKET"));
}

TEST_F(KernelEnum, KnowsNegativeNumbers) {
  EXPECT_EQ(Text(EnumsSpec({"level"}), "-1"), Ok("LOW"));
  EXPECT_EQ(Text(EnumsSpec({"level"}), "1"), Ok("HIGH"));
}

TEST_F(KernelEnum, LeavesOtherNumbers) {
  EXPECT_EQ(Named({"drop_reason"}, 9), Ok("9"));
  EXPECT_EQ(Named({"no_such_enum"}, 2), Ok("2"));
  EXPECT_EQ(Text(EnumsSpec({"level"}), "-7"), Ok("-7"));
}

TEST_F(KernelEnum, OfSeveralTheFirstThatHasTheNumberCounts) {
  EXPECT_EQ(Named({"level", "drop_reason"}, 1), Ok("HIGH"));
  EXPECT_EQ(Named({"level", "drop_reason"}, 2), Ok("NO_SOCKET"));
}

TEST_F(KernelEnum, NeedsAnEnum) {
  EXPECT_EQ(MakeError("kernel_enum", 4),
            "decoder 'kernel_enum' needs 'enum', the name of an enum of the kernel");
}

TEST_F(KernelEnum, ReadsNothingBeforeItIsAskedAndAgainOnlyForAnEnumThatIsNew) {
  std::filesystem::remove(folder_->path("vmlinux"));
  ASSERT_TRUE(MakeDecoder(EnumsSpec({"level"}), {4}, host_));
  Write();
  EXPECT_EQ(Named({"level"}, 1), Ok("HIGH"));
  std::filesystem::remove(folder_->path("vmlinux"));
  EXPECT_EQ(Named({"level"}, 1), Ok("HIGH"));
  Write();
  EXPECT_EQ(Named({"drop_reason"}, 2), Ok("NO_SOCKET"));
}

TEST_F(KernelEnum, BtfThatCannotBeReadIsOneWarning) {
  std::filesystem::remove(folder_->path("vmlinux"));
  testing::internal::CaptureStderr();
  EXPECT_EQ(Named({"level"}, 1), Ok("1"));
  EXPECT_EQ(Named({"drop_reason"}, 2), Ok("2"));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(log.ends_with("read BTF from '" + folder_->path("vmlinux") +
                            "': No such file or directory: the kernel's enums stay numbers\n"))
      << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

}  // namespace
}  // namespace bpf_exporter::decode
