// SPDX-License-Identifier: Apache-2.0
// Tests: init_test.py
#include "app/init.h"

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
  return PrintAll(*proposed) ? kFine : kFailed;
}

}  // namespace bpf_exporter::app
