// SPDX-License-Identifier: MIT
#include "game/rules_json.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "core/json_text.h"
#include "core/text.h"

namespace katago {

namespace {

RuleValue rule_value(const nlohmann::json& value) {
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    return std::monostate{};
}

}  // namespace

Rules rules_of_text(std::string_view text, KomiInText komi) {
    const std::string_view inner = trimmed(text);
    if (!inner.starts_with('{')) return parse_rules(text, komi);
    const nlohmann::json object = parse_json_or_discard(inner);
    if (!object.is_object()) return parse_rules(text, komi);  // which says what is wrong with it
    std::vector<RuleField> fields;
    for (const auto& [key, value] : object.items()) fields.emplace_back(key, rule_value(value));
    return rules_of_fields(std::move(fields), text, komi);
}

}  // namespace katago
