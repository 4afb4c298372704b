// SPDX-License-Identifier: Apache-2.0
#include "decode/table.h"

#include <algorithm>
#include <fstream>
#include <random>

#include "support/paths.h"
#include "unit/decode/run.h"

namespace bpf_exporter::decode {
namespace {

class Table : public DecoderTest {};

TEST_F(Table, NamesAreSortedAndUnique) {
  const std::vector<std::string> names = DecoderNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST_F(Table, RefusesAnUnknownDecoder) {
  EXPECT_EQ(MakeError("banana", 4), "unknown decoder 'banana'");
  EXPECT_EQ(MakeError("uintt", 4), "unknown decoder 'uintt'; did you mean 'uint'?");
  EXPECT_EQ(MakeError("", 4), "unknown decoder ''");
}

TEST_F(Table, HasEveryDecoderOfEbpfExporter) {
  const std::vector<std::string> names = DecoderNames();
  for (const char* const name :
       {"cgroup", "dname", "errno", "hex", "ifname", "inet_ip", "kstack", "ksym", "majorminor",
        "pci_class", "pci_device", "pci_subclass", "pci_vendor", "regexp", "static_map", "string",
        "syscall", "uint"}) {
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
  }
}

// The rows of the table below "## Decoders": "| `uint` | …".
std::vector<std::string> DocumentedDecoders() {
  std::ifstream file(SourcePath("config/README.md"));
  std::vector<std::string> names;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line == "## Decoders";
    if (!inside || !line.starts_with("| `")) continue;
    names.push_back(line.substr(3, line.find('`', 3) - 3));
  }
  return names;
}

TEST_F(Table, DescribesEveryDecoderOnceInTheDocumentation) {
  EXPECT_EQ(DocumentedDecoders(), DecoderNames());
}

TEST_F(Table, EveryDecoderTakesRandomBytesOfEverySize) {
  std::mt19937 random(1);
  for (const std::string& name : DecoderNames()) {
    config::DecoderSpec spec = Spec(name);
    spec.static_map = {{{"1", "one"}}};
    spec.regexps = {{{"^(.*)$", {}}}};
    spec.enums = {{"bpf_map_type", {}}};
    for (std::uint32_t size = 0; size <= 40; ++size) {
      const auto decoder = MakeDecoder(spec, {size}, host_);
      if (!decoder) continue;
      for (int i = 0; i < 20; ++i) {
        std::string in(size > 0 ? size : random() % 40, '\0');
        for (char& byte : in) byte = static_cast<char>(random());
        std::string out;
        const Decoded result = (*decoder)->Decode(in, out);
        EXPECT_TRUE(result != Decoded::kError || !out.empty()) << name;
      }
    }
  }
}

class Chain : public DecoderTest {
 protected:
  std::shared_ptr<const Decoder> Make(const config::DecoderSpec& spec, std::uint32_t size = 0) {
    return *MakeDecoder(spec, {size}, host_);
  }
  static Answer Run(const std::vector<std::shared_ptr<const Decoder>>& decoders,
                    std::string value) {
    std::string scratch = "left over";
    const Decoded result = Decode(decoders, value, scratch);
    return {result, value};
  }
};

TEST_F(Chain, RunsLeftToRight) {
  config::DecoderSpec map = Spec("static_map");
  map.static_map = {{{"8", "eight"}}};
  EXPECT_EQ(Run({Make(Spec("uint"), 4), Make(map)}, Raw<std::uint32_t>(8)), Ok("eight"));
  EXPECT_EQ(Run({}, "as it is"), Ok("as it is"));
}

TEST_F(Chain, EndsAtAnErrorOrASkip) {
  config::DecoderSpec nothing = Spec("regexp");
  nothing.regexps.emplace();
  EXPECT_EQ(Run({Make(Spec("uint")), Make(Spec("hex"))}, "abc"),
            Failed("decoder 'uint' takes 1, 2, 4 or 8 bytes, not 3"));
  EXPECT_EQ(Run({Make(nothing), Make(Spec("uint"))}, "abc").result, Decoded::kSkip);
}

TEST_F(Chain, IsProvisionalIfOneDecoderIs) {
  EXPECT_EQ(Run({Make(Spec("ifname"), 4), Make(Spec("string"))}, Raw<std::uint32_t>(0)),
            Provisional("unknown:0"));
}

}  // namespace
}  // namespace bpf_exporter::decode
