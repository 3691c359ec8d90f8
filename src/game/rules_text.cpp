// SPDX-License-Identifier: MIT
// The values of rules by their spelling, and rules as text.
#include <charconv>
#include <string>

#include "core/error.h"
#include "core/text.h"
#include "game/rule_spellings.h"
#include "game/rules.h"

namespace katago {

namespace {

template <class Value, size_t n>
Value parse_spelling(const Spelling<Value> (&spellings)[n], std::string_view text, const char* function,
                     const char* what) {
    for (const auto& spelling : spellings)
        if (spelling.text == text) return spelling.value;
    throw ProtocolError("Rules::" + std::string(function) + ": Invalid " + what + " rule: " + std::string(text));
}

template <class Value, size_t n>
std::string_view spelling_of(const Spelling<Value> (&spellings)[n], Value value) {
    for (const auto& spelling : spellings)
        if (spelling.value == value) return spelling.text;
    return {};
}

// JSON prints doubles by their shortest digits, always with a fraction.
std::string json_number(double value) {
    char digits[400];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed);
    std::string text(digits, error == std::errc() ? end : digits);
    return text.find('.') == std::string::npos ? text + ".0" : text;
}

}  // namespace

KoRule parse_ko_rule(std::string_view text) {
    return parse_spelling(kKoRules, text, "parseKoRule", "ko");
}

ScoringRule parse_scoring_rule(std::string_view text) {
    return parse_spelling(kScoringRules, text, "parseScoringRule", "scoring");
}

TaxRule parse_tax_rule(std::string_view text) {
    return parse_spelling(kTaxRules, text, "parseTaxRule", "tax");
}

HandicapBonusRule parse_handicap_bonus_rule(std::string_view text) {
    return parse_spelling(kHandicapBonusRules, text, "parseWhiteHandicapBonusRule", "whiteHandicapBonus");
}

std::string_view name_of(KoRule rule) {
    return spelling_of(kKoRules, rule);
}

std::string_view name_of(ScoringRule rule) {
    return spelling_of(kScoringRules, rule);
}

std::string_view name_of(TaxRule rule) {
    return spelling_of(kTaxRules, rule);
}

std::string_view name_of(HandicapBonusRule rule) {
    return spelling_of(kHandicapBonusRules, rule);
}

std::string compact_text(const Rules& rules, KomiInOutput komi) {
    std::string text = "ko";
    text += name_of(rules.ko);
    text += "score";
    text += name_of(rules.scoring);
    text += "tax";
    text += name_of(rules.tax);
    text += rules.multi_stone_suicide ? "sui1" : "sui0";
    if (rules.has_button) text += "button1";
    if (rules.white_handicap_bonus != HandicapBonusRule::Zero) {
        text += "whb";
        text += name_of(rules.white_handicap_bonus);
    }
    if (rules.friendly_pass_ok) text += "fpok1";
    if (komi == KomiInOutput::Shown) text += "komi" + default_number(rules.komi);
    return text;
}

std::string json_text(const Rules& rules, KomiInOutput komi) {
    const auto boolean = [](bool value) { return value ? "true" : "false"; };
    std::string text = "{\"friendlyPassOk\":";
    text += boolean(rules.friendly_pass_ok);
    text += ",\"hasButton\":";
    text += boolean(rules.has_button);
    text += ",\"ko\":\"";
    text += name_of(rules.ko);
    if (komi == KomiInOutput::Shown) text += "\",\"komi\":" + json_number(rules.komi) + ",\"scoring\":\"";
    if (komi == KomiInOutput::Hidden) text += "\",\"scoring\":\"";
    text += name_of(rules.scoring);
    text += "\",\"suicide\":";
    text += boolean(rules.multi_stone_suicide);
    text += ",\"tax\":\"";
    text += name_of(rules.tax);
    text += "\",\"whiteHandicapBonus\":\"";
    text += name_of(rules.white_handicap_bonus);
    return text + "\"}";
}

}  // namespace katago
