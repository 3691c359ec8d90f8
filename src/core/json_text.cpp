// SPDX-License-Identifier: MIT
#include "core/json_text.h"

#include <nlohmann/json.hpp>

namespace katago {

namespace {

template <class Json>
std::string text_of(const Json& value, int indent) {
    return value.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace

nlohmann::json parse_json(std::string_view text) {
    return nlohmann::json::parse(text);
}

nlohmann::json parse_json_or_discard(std::string_view text) {
    return nlohmann::json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
}

std::string json_text(const nlohmann::json& value, int indent) {
    return text_of(value, indent);
}

std::string json_text(const nlohmann::ordered_json& value, int indent) {
    return text_of(value, indent);
}

std::string utf8_text(const std::string& text) {
    return parse_json(json_text(nlohmann::json(text))).get<std::string>();
}

}  // namespace katago
