// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "object/layout.h"
#include "propose/trial.h"

namespace bpf_exporter::propose {

// Returns the part `constants:` of a configuration, with the values that the object has already.
// Empty if there are none; those that a configuration cannot set are comments.
std::string ConstantsText(const object::ObjectLayout& object, const Trial& trial);

// Returns the part `kaddrs:` of a configuration; empty if the object asks for no addresses.
std::string KaddrsText(const object::ObjectLayout& object);

}  // namespace bpf_exporter::propose
