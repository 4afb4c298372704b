#include "decode/context.h"

#include <utility>

namespace bpf_exporter {

DecoderContext::DecoderContext(HostPaths paths) : paths_(std::move(paths)) {}
DecoderContext::~DecoderContext() = default;

void DecoderContextDeleter::operator()(DecoderContext* context) const { delete context; }

DecoderContextOwner MakeDecoderContext(HostPaths paths) {
  return DecoderContextOwner(new DecoderContext(std::move(paths)));
}

}  // namespace bpf_exporter
