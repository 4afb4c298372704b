// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace bpf_exporter::plan {

// Returns what says in an entry under `probes:` where a program of that section attaches, as an
// example: "tc: {interface: eth0, direction: ingress}"; empty for sections that no entry attaches.
std::string ExamplePlace(std::string_view section);

}  // namespace bpf_exporter::plan
