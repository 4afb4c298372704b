#pragma once

#include "decode/decoder.h"

namespace bpf_exporter {

class DecoderContext {
 public:
  explicit DecoderContext(HostPaths paths);
  ~DecoderContext();

 private:
  HostPaths paths_;
};

}  // namespace bpf_exporter
