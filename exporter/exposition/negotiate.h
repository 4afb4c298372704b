// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "exposition/format.h"

namespace bpf_exporter::exposition {

// Returns the kind of page to answer a request with whose headers Accept and Accept-Encoding have
// these values (RFC 9110, 12.5; several of one name joined by commas, empty for none). There is
// one for every request: what is asked for and cannot be had falls back to text and identity.
PageKind Negotiate(std::string_view accept, std::string_view accept_encoding);

}  // namespace bpf_exporter::exposition
