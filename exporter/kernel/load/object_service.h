// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "kernel/load/alternatives.h"
#include "kernel/load/load_options.h"
#include "kernel/load/object.h"
#include "kernel/load/object_messages.h"
#include "object/child.h"
#include "plan/plan.h"

namespace bpf_exporter::kernel {

// The child's side of a ContainedObject: loads the object, holds it, and does what is asked.
class ObjectService {
 public:
  // `plan` outlives it.
  ObjectService(const plan::ConfigPlan& plan, LoadOptions options);

  // Serves one request. The last one is that after which the parent can keep everything attached by
  // descriptors alone.
  object::Child::Reply Serve(std::string_view request);

 private:
  object::Child::Reply Load();
  object::Child::Reply Attach();
  object::Child::Reply Follow(const ObjectRequest& request);

  const plan::ConfigPlan& plan_;
  LoadOptions options_;
  std::optional<Alternatives> next_;  // what to load the object with; nothing: it is attached
  std::optional<LoadedObject> object_;
  std::shared_ptr<const Present> present_ = std::make_shared<const Present>();
};

}  // namespace bpf_exporter::kernel
