// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "unit/decode/host.h"

namespace bpf_exporter::decode {
namespace {

class Pci : public HostTest {
 protected:
  Pci() {
    folder_->Write("pci.ids",
                   "# comment\n"
                   "\n"
                   "0e11  Compaq Computer Corporation\n"
                   "\t0001  PCI to EISA Bridge\n"
                   "8086  Intel Corporation\n"
                   "\t1000  82542 Gigabit Ethernet Controller (Fiber)\n"
                   "\t\t0e11 b0df  NC6132 Gigabit Ethernet Adapter (1000-SX)\n"
                   "\t1001  82543GC Gigabit Ethernet Controller (Fiber)\n"
                   "bad line\n"
                   "\t1002  belongs to nobody\n"
                   "C 00  Unclassified device\n"
                   "\t00  Non-VGA unclassified device\n"
                   "C 01  Mass storage controller\n"
                   "\t08  Non-Volatile memory controller\n"
                   "\t\t02  NVM Express\n"
                   "C 0c  Serial bus controller\n"
                   "\t03  USB controller\n");
  }
};

TEST_F(Pci, NamesVendors) {
  EXPECT_EQ(Text("pci_vendor", "32902"), Ok("Intel Corporation"));
  EXPECT_EQ(Text("pci_vendor", "48879"), Ok("unknown pci vendor: 0xbeef"));
  EXPECT_EQ(Text("pci_vendor", "5"), Ok("unknown pci vendor: 0x05"));
}

TEST_F(Pci, NamesDevices) {
  EXPECT_EQ(Text("pci_device", "2156269568"), Ok("82542 Gigabit Ethernet Controller (Fiber)"));
  EXPECT_EQ(Text("pci_device", "3735928559"), Ok("unknown pci device: 0xdeadbeef"));
  EXPECT_EQ(Text("pci_device", std::to_string(0x80861002)), Ok("unknown pci device: 0x80861002"));
}

TEST_F(Pci, FindsIdsWithLeadingZeros) {
  EXPECT_EQ(Text("pci_vendor", std::to_string(0x0e11)), Ok("Compaq Computer Corporation"));
  EXPECT_EQ(Text("pci_device", std::to_string(0x0e110001)), Ok("PCI to EISA Bridge"));
}

TEST_F(Pci, NamesClasses) {
  EXPECT_EQ(Text("pci_class", "1"), Ok("Mass storage controller"));
  EXPECT_EQ(Text("pci_class", "12"), Ok("Serial bus controller"));
  EXPECT_EQ(Text("pci_class", "253"), Ok("unknown pci class: 0xfd"));
}

TEST_F(Pci, NamesSubclasses) {
  EXPECT_EQ(Text("pci_subclass", "264"), Ok("Non-Volatile memory controller"));
  EXPECT_EQ(Text("pci_subclass", "3075"), Ok("USB controller"));
  EXPECT_EQ(Text("pci_subclass", "267"), Ok("unknown pci subclass: 0x0b (class 0x01)"));
  EXPECT_EQ(Text("pci_subclass", "3"), Ok("unknown pci subclass: 0x03 (class 0x00)"));
  EXPECT_EQ(Text("pci_subclass", std::to_string(0xfd01)), Ok("unknown pci class: 0xfd"));
}

TEST_F(Pci, TakesLargeNumbersAndRefusesOtherText) {
  EXPECT_EQ(Text("pci_vendor", "18446744073709551615"),
            Ok("unknown pci vendor: 0xffffffffffffffff"));
  EXPECT_EQ(Text("pci_vendor", "intel"),
            Failed("decoder 'pci_vendor' takes a decimal number, not 'intel'"));
  EXPECT_EQ(First("pci_vendor", Raw<std::uint16_t>(0x8086)), Ok("Intel Corporation"));
}

TEST_F(Pci, SaysSoWhenThereIsNoFile) {
  std::filesystem::remove(folder_->path("pci.ids"));
  testing::internal::CaptureStderr();
  for (const char* const name : {"pci_vendor", "pci_device", "pci_class", "pci_subclass"}) {
    EXPECT_EQ(Text(name, "1"), Provisional("missing pci.ids db"));
    EXPECT_EQ(Text(name, "not a number"), Provisional("missing pci.ids db"));
    Advance(std::chrono::seconds(31));
  }
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

TEST_F(Pci, FindsAFileThatComesLater) {
  std::filesystem::rename(folder_->path("pci.ids"), folder_->path("elsewhere"));
  EXPECT_EQ(Text("pci_class", "1"), Provisional("missing pci.ids db"));
  std::filesystem::rename(folder_->path("elsewhere"), folder_->path("pci.ids"));
  Advance(std::chrono::seconds(29));
  EXPECT_EQ(Text("pci_class", "1"), Provisional("missing pci.ids db")) << "too early";
  Advance(std::chrono::seconds(1));
  EXPECT_EQ(Text("pci_class", "1"), Ok("Mass storage controller"));
}

}  // namespace
}  // namespace bpf_exporter::decode
