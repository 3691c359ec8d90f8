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

std::string json_text(const nlohmann::json& value, int indent) {
    return text_of(value, indent);
}

std::string json_text(const nlohmann::ordered_json& value, int indent) {
    return text_of(value, indent);
}

std::string utf8_text(const std::string& text) {
    return nlohmann::json::parse(json_text(nlohmann::json(text))).get<std::string>();
}

}  // namespace katago
