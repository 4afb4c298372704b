// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace bpf_exporter::propose {

// Returns `text` as a metric or label name may be: what cannot be in one becomes an underscore.
std::string NameOf(std::string_view text);

// Returns the parts as one name, "stem_map_field", without a word twice in a row.
std::string JoinedName(std::initializer_list<std::string_view> parts);

// Returns `text` as a scalar of YAML, in quotes where it needs them.
std::string Scalar(std::string_view text);
// Returns `text` as a scalar of YAML that is a text, whatever it looks like.
std::string QuotedScalar(std::string_view text);

}  // namespace bpf_exporter::propose
