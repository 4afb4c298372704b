// SPDX-License-Identifier: Apache-2.0
#include "decode/kernel_enum.h"

#include <string>
#include <utility>
#include <vector>

#include "decode/number.h"

namespace bpf_exporter::decode {

Result<DecodeFunction> MakeKernelEnum(const DecoderRequest& request) {
  host::KernelEnums& kernel = request.host.kernel_enums();
  std::vector<std::string> enums;
  for (const config::Text& name : request.spec.enums) {
    kernel.Want(name.value);
    enums.push_back(name.value);
  }
  if (enums.empty()) {
    return Error{"decoder 'kernel_enum' needs 'enum', the name of an enum of the kernel"};
  }
  return FromNumber(request, [&kernel, enums = std::move(enums)](Number number, std::string& out) {
    out = kernel.NameOf(enums, static_cast<std::int64_t>(number.bits));
    if (out.empty()) out = NumberText(number);
    return Decoded::kOk;
  });
}

}  // namespace bpf_exporter::decode
