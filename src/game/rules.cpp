// SPDX-License-Identifier: MIT
#include "game/rules.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/error.h"

namespace katago {

namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";

std::string_view trimmed(std::string_view text) {
    const size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return result;
}

[[noreturn]] void fail_to_parse(std::string_view text) {
    throw ProtocolError("Could not parse rules: " + std::string(text));
}

template <class Value>
struct Spelling {
    std::string_view text;
    Value value;
};

// In the order in which the compact form tries them: where one is the start of another, the longer comes first.
constexpr Spelling<KoRule> kKoRules[] = {{"SIMPLE", KoRule::Simple},
                                         {"POSITIONAL", KoRule::Positional},
                                         {"SITUATIONAL", KoRule::Situational},
                                         {"SPIGHT", KoRule::Spight}};
constexpr Spelling<ScoringRule> kScoringRules[] = {{"AREA", ScoringRule::Area}, {"TERRITORY", ScoringRule::Territory}};
constexpr Spelling<TaxRule> kTaxRules[] = {{"NONE", TaxRule::None}, {"SEKI", TaxRule::Seki}, {"ALL", TaxRule::All}};
constexpr Spelling<HandicapBonusRule> kHandicapBonusRules[] = {
    {"0", HandicapBonusRule::Zero}, {"N-1", HandicapBonusRule::NMinusOne}, {"N", HandicapBonusRule::N}};
constexpr Spelling<bool> kDigits[] = {{"0", false}, {"1", true}};

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

constexpr Rules kTrompTaylor{};
constexpr Rules kJapanese{KoRule::Simple, ScoringRule::Territory,  TaxRule::Seki, false,
                          false,          HandicapBonusRule::Zero, false,         6.5f};
constexpr Rules kChinese{KoRule::Simple, ScoringRule::Area,    TaxRule::None, false,
                         false,          HandicapBonusRule::N, true,          7.5f};
constexpr Rules kChineseOgs{
    KoRule::Positional, ScoringRule::Area, TaxRule::None, false, false, HandicapBonusRule::N, true, 7.5f};
constexpr Rules kStoneScoring{KoRule::Simple, ScoringRule::Area,       TaxRule::All, false,
                              false,          HandicapBonusRule::Zero, true,         7.5f};
constexpr Rules kAncientTerritory{KoRule::Simple, ScoringRule::Territory,  TaxRule::All, false,
                                  false,          HandicapBonusRule::Zero, false,        6.5f};
constexpr Rules kAgaButton{
    KoRule::Situational, ScoringRule::Area, TaxRule::None, false, true, HandicapBonusRule::NMinusOne, true, 7.0f};
constexpr Rules kAga{
    KoRule::Situational, ScoringRule::Area, TaxRule::None, false, false, HandicapBonusRule::NMinusOne, true, 7.5f};
constexpr Rules kNewZealand{
    KoRule::Situational, ScoringRule::Area, TaxRule::None, true, false, HandicapBonusRule::Zero, true, 7.0f};
constexpr Rules kIng{
    KoRule::Positional, ScoringRule::Area, TaxRule::None, true, false, HandicapBonusRule::Zero, true, 7.5f};

struct NamedRules {
    std::string_view name;
    const Rules& rules;
};

constexpr NamedRules kNamedRules[] = {
    {"japanese", kJapanese},
    {"korean", kJapanese},
    {"chinese", kChinese},
    {"chineseogs", kChineseOgs},
    {"chinese_ogs", kChineseOgs},
    {"chinese-ogs", kChineseOgs},
    {"chinesekgs", kChineseOgs},
    {"chinese_kgs", kChineseOgs},
    {"chinese-kgs", kChineseOgs},
    {"ancientarea", kStoneScoring},
    {"ancient-area", kStoneScoring},
    {"ancient_area", kStoneScoring},
    {"ancient area", kStoneScoring},
    {"stonescoring", kStoneScoring},
    {"stone-scoring", kStoneScoring},
    {"stone_scoring", kStoneScoring},
    {"stone scoring", kStoneScoring},
    {"ancientterritory", kAncientTerritory},
    {"ancient-territory", kAncientTerritory},
    {"ancient_territory", kAncientTerritory},
    {"ancient territory", kAncientTerritory},
    {"agabutton", kAgaButton},
    {"aga-button", kAgaButton},
    {"aga_button", kAgaButton},
    {"aga button", kAgaButton},
    {"aga", kAga},
    {"bga", kAga},
    {"french", kAga},
    {"nz", kNewZealand},
    {"newzealand", kNewZealand},
    {"new zealand", kNewZealand},
    {"new-zealand", kNewZealand},
    {"new_zealand", kNewZealand},
    {"tromp-taylor", kTrompTaylor},
    {"tromp_taylor", kTrompTaylor},
    {"tromp taylor", kTrompTaylor},
    {"tromptaylor", kTrompTaylor},
    {"goe", kIng},
    {"ing", kIng},
};

constexpr NamedRules kNiceNames[] = {
    {"TrompTaylor", kTrompTaylor}, {"Japanese", kJapanese}, {"Chinese", kChinese},
    {"Chinese-OGS", kChineseOgs},  {"AGA", kAga},           {"StoneScoring", kStoneScoring},
    {"NewZealand", kNewZealand},
};

// Fills in what the text left out.
struct Defaults {
    bool tax_given = false;
    bool komi_given = false;

    void apply(Rules& rules) const {
        if (!tax_given) rules.tax = default_tax(rules.scoring);
        if (!komi_given) rules.komi = default_komi(rules.scoring, rules.has_button);
    }
};

// Takes the compact form apart: items in any order, white space between any two tokens.
class CompactReader {
  public:
    CompactReader(std::string_view text, KomiInText komi) : text_(text), rest_(text), komi_(komi) {}

    Rules read() {
        skip_space();
        if (rest_.empty()) fail_to_parse(text_);
        while (!rest_.empty()) {
            read_item();
            skip_space();
        }
        defaults_.apply(rules_);
        return rules_;
    }

  private:
    void read_item() {
        if (take("komi")) return read_komi();
        if (take("ko")) return read_value(kKoRules, rules_.ko);
        if (take("scoring") || take("score")) return read_value(kScoringRules, rules_.scoring);
        if (take("tax")) {
            defaults_.tax_given = true;
            return read_value(kTaxRules, rules_.tax);
        }
        if (take("sui")) return read_value(kDigits, rules_.multi_stone_suicide);
        if (take("button")) return read_value(kDigits, rules_.has_button);
        if (take("fpok")) return read_value(kDigits, rules_.friendly_pass_ok);
        if (take("whb")) return read_value(kHandicapBonusRules, rules_.white_handicap_bonus);
        fail_to_parse(text_);
    }

    template <class Value, size_t n>
    void read_value(const Spelling<Value> (&spellings)[n], Value& value) {
        for (const auto& spelling : spellings) {
            if (take(spelling.text)) {
                value = spelling.value;
                return;
            }
        }
        fail_to_parse(text_);
    }

    void read_komi() {
        constexpr float kMaxCompactKomi = 100000.0f;
        if (komi_ == KomiInText::Forbidden) fail_to_parse(text_);
        skip_space();
        const auto ends_number = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kSpace.find(c) != std::string_view::npos;
        };
        const auto stop = std::find_if(rest_.begin(), rest_.end(), ends_number);
        const size_t length = static_cast<size_t>(stop - rest_.begin());
        std::string_view digits = rest_.substr(0, length);
        rest_.remove_prefix(length);
        if (digits.size() > 1 && digits.front() == '+') digits.remove_prefix(1);
        float komi = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), komi);
        if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(komi) ||
            std::abs(komi) > kMaxCompactKomi)
            fail_to_parse(text_);
        rules_.komi = komi;
        defaults_.komi_given = true;
    }

    bool take(std::string_view token) {
        skip_space();
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size())); }

    std::string_view text_;
    std::string_view rest_;
    KomiInText komi_;
    Rules rules_;
    Defaults defaults_;
};

// JSON prints doubles by their shortest digits, always with a fraction.
std::string json_number(double value) {
    char digits[400];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed);
    std::string text(digits, error == std::errc() ? end : digits);
    return text.find('.') == std::string::npos ? text + ".0" : text;
}

}  // namespace

bool Rules::equals_ignoring_komi(const Rules& other) const {
    Rules same_komi = other;
    same_komi.komi = komi;
    return *this == same_komi;
}

bool Rules::result_is_integer() const {
    return (komi == std::trunc(komi)) != has_button;
}

float default_komi(ScoringRule scoring, bool has_button) {
    return scoring == ScoringRule::Territory ? 6.5f : has_button ? 7.0f : 7.5f;
}

TaxRule default_tax(ScoringRule scoring) {
    return scoring == ScoringRule::Territory ? TaxRule::Seki : TaxRule::None;
}

bool komi_is_half_integer(double komi) {
    return std::isfinite(komi) && 2 * komi == std::trunc(2 * komi);
}

bool komi_is_acceptable(double komi) {
    return komi_is_half_integer(komi) && std::abs(komi) <= kMaxKomi;
}

std::optional<Rules> rules_of_name(std::string_view name) {
    const std::string wanted = lower(trimmed(name));
    for (const NamedRules& named : kNamedRules)
        if (named.name == wanted) return named.rules;
    return std::nullopt;
}

Rules parse_rules(std::string_view text, KomiInText komi) {
    if (const std::optional<Rules> named = rules_of_name(text)) return *named;
    return CompactReader(text, komi).read();
}

Rules rules_of_fields(std::vector<RuleField> fields, std::string_view text, KomiInText komi) {
    const auto string_of = [&](const RuleValue& value) -> const std::string& {
        if (const auto* string = std::get_if<std::string>(&value)) return *string;
        fail_to_parse(text);
    };
    const auto bool_of = [&](const RuleValue& value) {
        if (const auto* boolean = std::get_if<bool>(&value)) return *boolean;
        fail_to_parse(text);
    };
    // Alphabetical order decides which of `score` and `scoring` wins, and which of several errors is reported.
    std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Rules rules;
    Defaults defaults;
    for (const auto& [key, value] : fields) {
        if (key == "ko") {
            rules.ko = parse_ko_rule(string_of(value));
        } else if (key == "score" || key == "scoring") {
            rules.scoring = parse_scoring_rule(string_of(value));
        } else if (key == "tax") {
            rules.tax = parse_tax_rule(string_of(value));
            defaults.tax_given = true;
        } else if (key == "suicide") {
            rules.multi_stone_suicide = bool_of(value);
        } else if (key == "hasButton") {
            rules.has_button = bool_of(value);
        } else if (key == "whiteHandicapBonus") {
            rules.white_handicap_bonus = parse_handicap_bonus_rule(string_of(value));
        } else if (key == "friendlyPassOk") {
            rules.friendly_pass_ok = bool_of(value);
        } else if (key == "komi" && komi == KomiInText::Allowed) {
            const auto* number = std::get_if<double>(&value);
            if (!number) fail_to_parse(text);
            if (!komi_is_acceptable(*number)) throw ProtocolError("Komi value is not a half-integer or is too extreme");
            rules.komi = static_cast<float>(*number);
            defaults.komi_given = true;
        } else {
            throw ProtocolError("Unknown rules option: " + key);
        }
    }
    defaults.apply(rules);
    return rules;
}

Rules with_rule(const Rules& rules, std::string_view key, std::string_view value) {
    const std::string_view name = trimmed(key);
    const std::string wanted = upper(trimmed(value));
    const auto bool_of = [](const std::string& text) {
        if (text == "TRUE") return true;
        if (text == "FALSE") return false;
        throw ProtocolError("could not parse bool: " + text);
    };
    Rules result = rules;
    if (name == "ko") {
        result.ko = parse_ko_rule(wanted);
    } else if (name == "score" || name == "scoring") {
        result.scoring = parse_scoring_rule(wanted);
    } else if (name == "tax") {
        result.tax = parse_tax_rule(wanted);
    } else if (name == "suicide") {
        result.multi_stone_suicide = bool_of(wanted);
    } else if (name == "hasButton") {
        result.has_button = bool_of(wanted);
    } else if (name == "whiteHandicapBonus") {
        result.white_handicap_bonus = parse_handicap_bonus_rule(wanted);
    } else if (name == "friendlyPassOk") {
        result.friendly_pass_ok = bool_of(wanted);
    } else {
        throw ProtocolError("Unknown rules option: " + std::string(name));
    }
    return result;
}

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
    if (komi == KomiInOutput::Shown) text += "komi" + number_text(rules.komi);
    return text;
}

std::string nice_name(const Rules& rules) {
    for (const NamedRules& named : kNiceNames)
        if (named.rules.equals_ignoring_komi(rules)) return std::string(named.name);
    return compact_text(rules, KomiInOutput::Hidden);
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

std::string number_text(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

Rules supported_rules(const Rules& rules, int model_version) {
    Rules result = rules;
    if (result.ko == KoRule::Spight) result.ko = KoRule::Situational;
    if (model_version >= 7) {
        if (result.scoring != ScoringRule::Area) result.has_button = false;
        return result;
    }
    if (result.ko == KoRule::Simple) result.ko = KoRule::Situational;
    result.scoring = ScoringRule::Area;
    result.tax = TaxRule::None;
    result.has_button = false;
    return result;
}

}  // namespace katago
