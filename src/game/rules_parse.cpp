// SPDX-License-Identifier: MIT
// Rules of a name, of the compact form and of fields.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/text.h"
#include "game/rule_spellings.h"
#include "game/rules.h"

namespace katago {

namespace {

[[noreturn]] void fail_to_parse(std::string_view text) {
    throw ProtocolError("Could not parse rules: " + std::string(text));
}

// Fills in what the text left out.
struct Defaults {
    bool tax_given = false;
    bool komi_given = false;

    void apply(Rules& rules) const {
        if (!tax_given) rules.tax = default_tax(rules.scoring);
        if (!komi_given) rules.komi = default_komi(rules.scoring, rules.has_button);
    }
};

constexpr std::string_view kSpace = " \t\r\n\v\f";

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

}  // namespace

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
    const std::string wanted = upper_case(trimmed(value));
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

}  // namespace katago
