// SPDX-License-Identifier: Apache-2.0
// Tests: init_test.py
#include "app/init.h"

#include <cstdio>

#include "base/complain.h"
#include "object/read_layout.h"
#include "propose/configuration.h"

namespace bpf_exporter::app {

ExitCode Init(const std::string& object, const plan::ResolveOptions& options) {
  const Result<object::ObjectLayout> layout = object::ReadObjectLayout(object);
  const Result<std::string> proposed =
      layout ? propose::ProposeConfiguration(*layout, options) : layout.error();
  if (!proposed) {
    Complain(proposed.error().Message());
    return kCannotWork;
  }
  std::fputs(proposed->c_str(), stdout);
  return kFine;
}

}  // namespace bpf_exporter::app
