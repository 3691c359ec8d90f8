// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace katago {

// JSON values from text and back. The library does this by templates, which each file that uses them compiles anew: a
// second of a compiler's time for reading and one for writing. Hence one file that does so for all.

// The value of a JSON text. Throws nlohmann::json::exception.
nlohmann::json parse_json(std::string_view text);
// The same, but a discarded value, which has no type, where the text is no JSON.
nlohmann::json parse_json_or_discard(std::string_view text);

// A JSON value, ordered or not, as text in UTF-8, whatever bytes its strings hold: names of files and what files say
// may be in any encoding, so U+FFFD stands for bytes that are no UTF-8. Indented by `indent`, or in one line.
std::string json_text(const nlohmann::json& value, int indent = -1);
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

// The text itself, with the same replacement.
std::string utf8_text(const std::string& text);

}  // namespace katago
