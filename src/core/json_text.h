// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace katago {

// A JSON value, ordered or not, as text in UTF-8, whatever bytes its strings hold: names of files and what files say
// may be in any encoding, so U+FFFD stands for bytes that are no UTF-8. Indented by `indent`, or in one line.
template <class Json>
std::string json_text(const Json& value, int indent = -1) {
    return value.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

// The text itself, with the same replacement.
inline std::string utf8_text(const std::string& text) {
    return nlohmann::json::parse(json_text(nlohmann::json(text))).get<std::string>();
}

}  // namespace katago
