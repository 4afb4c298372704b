// SPDX-License-Identifier: Apache-2.0
// Constants of every kind in the kernel, as bpftool finds them there.
#include <fmt/core.h>

#include <string>

#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

class Constants : public KernelTest {
 protected:
  // Returns the variables of .rodata, as bpftool names and writes them, after a load with these
  // constants set.
  std::string After(const std::string& constants) {
    const LoadedObject* object = Load(PlanOfYaml(
        "constants",
        "constants: " + constants + "\nmetrics: {counters: [{name: all, help: All}]}\n", host_));
    if (object == nullptr) return {};
    const std::string row =
        Output(fmt::format("bpftool -j map dump id {}", object->Map(".rodata").Id()));
    const std::size_t start = row.find("{\".rodata\":[");
    return start == std::string::npos ? row : row.substr(start, row.find_last_of(']') + 1 - start);
  }

 private:
  host::Host host_;
};

constexpr const char* kAsInTheObject =
    R"({".rodata":[{"by_cgroup":false},{"enabled":false},{"disabled":true},{"tiny":1},)"
    R"({"small":2},{"middle":3},{"deep":4},{"wide":5},{"mode":"SLOW"},{"comm":"old"},)"
    R"({"ports":[1,2,3]},{"pair":{"first":1,"second":2}},)"
    R"({"several":[{"first":0,"second":0},{"first":0,"second":0}]},{"parts":{"low":"0x0","high":"0x0","rest":0}},{"names":["","old"]},)"
    R"({"unset":42},{"fixed":7},{"leave.limit":9}]}}}])";

constexpr const char* kAsSet =
    R"({".rodata":[{"by_cgroup":true},{"enabled":true},{"disabled":false},{"tiny":255},)"
    R"({"small":-32768},{"middle":4294967295},{"deep":-9223372036854775808},)"
    R"({"wide":18446744073709551615},{"mode":"BACKWARDS"},{"comm":"nginx"},)"
    R"({"ports":[80,443,0]},{"pair":{"first":1,"second":7}},)"
    R"({"several":[{"first":0,"second":0},{"first":0,"second":0}]},{"parts":{"low":"0x0","high":"0x0","rest":8}},{"names":["one","two"]},)"
    R"({"unset":42},{"fixed":7},{"leave.limit":12}]}}}])";

TEST_F(Constants, OfEveryKindAreInTheKernel) {
  EXPECT_EQ(After("{}"), kAsInTheObject);
  EXPECT_EQ(After("{by_cgroup: true, enabled: true, disabled: false, tiny: 255, small: -32768, "
                  "middle: 0xffffffff, deep: -9223372036854775808, wide: 18446744073709551615, "
                  "mode: BACKWARDS, comm: nginx, ports: [80, 443], pair.second: 7, "
                  "names: [one, two], parts.rest: 8, leave.limit: 12}"),
            kAsSet);
}

}  // namespace
}  // namespace bpf_exporter::kernel
