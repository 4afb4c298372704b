// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "object/layout.h"
#include "plan/resolve.h"

namespace bpf_exporter::propose {

// Tries configurations on an object, as `check` would.
class Trial {
 public:
  // Of the object; both outlive this.
  Trial(const object::ObjectLayout& object, const plan::ResolveOptions& options)
      : object_(object), options_(options) {}

  // Sets what stands before whatever is tried from now on: the parts that are right already.
  void SetBase(std::string yaml) { base_ = std::move(yaml); }

  // Returns what is wrong with the base, then `parts`, then `metrics`, which are the lists under
  // that key, of which none may be there; the first error only. Empty if nothing is.
  std::string Problem(const std::string& parts, const std::string& metrics) const;

 private:
  const object::ObjectLayout& object_;
  const plan::ResolveOptions& options_;
  std::string base_;
};

}  // namespace bpf_exporter::propose
