// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace katago {

// A JSON value, ordered or not, as text in UTF-8, whatever bytes its strings hold: names of files and what files say
// may be in any encoding, so U+FFFD stands for bytes that are no UTF-8. Indented by `indent`, or in one line.
// The library's code for this is templates, which each file that calls them compiles anew; hence one file for all.
std::string json_text(const nlohmann::json& value, int indent = -1);
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

// The text itself, with the same replacement.
std::string utf8_text(const std::string& text);

}  // namespace katago
