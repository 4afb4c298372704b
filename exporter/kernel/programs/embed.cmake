# SPDX-License-Identifier: Apache-2.0
# cmake -DINPUT=FILE -DOUTPUT=SOURCE -DNAME=kName -P embed.cmake: makes a C++ file of the bytes of a
# file, with their number in kNameSize.
file(READ ${INPUT} digits HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${digits}")
file(WRITE ${OUTPUT} "\
#include <cstddef>
namespace bpf_exporter::kernel {
extern const unsigned char ${NAME}[];
extern const std::size_t ${NAME}Size;
alignas(8) const unsigned char ${NAME}[] = {${bytes}};
const std::size_t ${NAME}Size = sizeof(${NAME});
}  // namespace bpf_exporter::kernel
")
