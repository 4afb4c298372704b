// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/mapping.h"

// Strict readers of scalars: the whole text must fit the type, else an error is reported and the
// answer is empty. yaml-cpp's own conversions read 010 as 8 and let junk pass.
namespace bpf_exporter::config {

// Any scalar as it was written; nothing but text without NUL.
Text ReadText(const Field& field);
Text ReadNonEmpty(const Field& field);
// The same for text that people read: control characters but line feeds are refused.
std::string ReadProse(const Field& field);
// Reads a list of texts, none of them empty.
std::vector<Text> ReadTexts(const Field& field);
// Reads a text that is not empty, or a list of them that is not empty either.
std::vector<Text> ReadTextOrTexts(const Field& field);
// A list of regular expressions; the empty one matches everything.
std::vector<Text> ReadExpressions(const Field& field);

// Returns what `text` means as a boolean of YAML 1.1: true, yes, on, y …; nothing for other text.
std::optional<bool> ParseBool(std::string_view text);
// true and false as YAML 1.1 spells them: yes, on, y …
bool ReadBool(const Field& field);
// Decimal, 0x, 0o, 0b, or a float without a fraction; between the bounds.
std::optional<std::int64_t> ReadInteger(const Field& field, std::int64_t least,
                                        std::int64_t greatest);
// Finite.
std::optional<double> ReadDouble(const Field& field);
// "1h30m", "1.5s", "500ms" as Go writes durations, or whole nanoseconds; not negative.
std::optional<std::chrono::nanoseconds> ReadDuration(const Field& field);

// The index of the text in `words`; if it is not there, an error that lists them.
std::optional<std::size_t> ReadWord(const Field& field, const std::vector<std::string>& words);

}  // namespace bpf_exporter::config
