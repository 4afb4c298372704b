// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "unit/decode/host.h"

namespace bpf_exporter::decode {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kHeader = "major minor  #blocks  name\n\n";

class MajorMinor : public HostTest {
 protected:
  MajorMinor() {
    Write(
        "   8        0  104857600 sda\n"
        "   8       17  104857600 sdb1\n"
        " 259        0  104857600 nvme0n1\n");
  }
  void Write(std::string_view lines) {
    folder_->Write("partitions", std::string(kHeader).append(lines));
  }
  Answer Device(std::uint32_t device) { return First("majorminor", Raw(device)); }
};

TEST_F(MajorMinor, GivesTheDevicesName) {
  EXPECT_EQ(First("majorminor", Bytes("\x00\x08\x00\x00")), Ok("sda"));
  EXPECT_EQ(Device(8 << 8 | 17), Ok("sdb1"));
  EXPECT_EQ(Device(259 << 8), Ok("nvme0n1"));
}

TEST_F(MajorMinor, SplitsTheNumberAsTheKernelDoes) {
  EXPECT_EQ(Device(34832), Provisional("unknown:136:16"));
  EXPECT_EQ(Device(0xffffffff), Provisional("unknown:4095:1048575"));
  EXPECT_EQ(Device(0x00100000), Provisional("unknown:0:256"));
}

TEST_F(MajorMinor, UsesTheFirstFourBytes) {
  EXPECT_EQ(First("majorminor", Bytes("\x00\x08\x00\x00\xff\xff\xff\xff")), Ok("sda"));
  EXPECT_EQ(MakeError("majorminor", 2), "decoder 'majorminor' takes 4 bytes or more, not 2");
}

TEST_F(MajorMinor, FindsANewDeviceWithinASecondAndNotBefore) {
  EXPECT_EQ(Device(34832), Provisional("unknown:136:16"));
  Write("136 16 1 late\n");
  Advance(milliseconds(999));
  EXPECT_EQ(Device(34832), Provisional("unknown:136:16"));
  Advance(milliseconds(1));
  EXPECT_EQ(Device(34832), Ok("late"));
}

TEST_F(MajorMinor, ForgetsADeviceThatGotAnotherName) {
  EXPECT_EQ(Device(8 << 8), Ok("sda"));
  Write("8 0 1 sdz\n");
  Advance(milliseconds(10'000));
  EXPECT_EQ(Device(8 << 8), Ok("sdz"));
}

TEST_F(MajorMinor, KeepsTheNameOfADeviceThatIsGoneForTenMinutes) {
  EXPECT_EQ(Device(8 << 8), Ok("sda"));
  Write("");
  Advance(milliseconds(1'000));
  EXPECT_EQ(Device(34832), Provisional("unknown:136:16")) << "reads the file again";
  EXPECT_EQ(Device(8 << 8), Ok("sda"));
  Advance(std::chrono::minutes(10) - milliseconds(1'001));
  EXPECT_EQ(Device(8 << 8), Ok("sda"));
  Advance(milliseconds(10'000));
  EXPECT_EQ(Device(8 << 8), Provisional("unknown:8:0"));
}

TEST_F(MajorMinor, WithoutTheFileEverythingIsUnknown) {
  std::filesystem::remove(folder_->path("partitions"));
  testing::internal::CaptureStderr();
  EXPECT_EQ(Device(8 << 8), Provisional("unknown:8:0"));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(log.ends_with("open '" + folder_->path("partitions") +
                            "': No such file or directory: block devices stay unknown\n"))
      << log;
}

}  // namespace
}  // namespace bpf_exporter::decode
