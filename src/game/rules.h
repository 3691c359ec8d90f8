// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace katago {

enum class KoRule { Simple, Positional, Situational, Spight };
enum class ScoringRule { Area, Territory };
enum class TaxRule { None, Seki, All };
enum class HandicapBonusRule { Zero, N, NMinusOne };

inline constexpr float kMaxKomi = 400.0f;

// A rule set, KataGo's parameters and spelling. The defaults are Tromp-Taylor. A value.
struct Rules {
    KoRule ko = KoRule::Positional;
    ScoringRule scoring = ScoringRule::Area;
    TaxRule tax = TaxRule::None;
    bool multi_stone_suicide = true;
    bool has_button = false;
    HandicapBonusRule white_handicap_bonus = HandicapBonusRule::Zero;
    bool friendly_pass_ok = false;
    float komi = 7.5f;

    bool operator==(const Rules&) const = default;
    bool equals_ignoring_komi(const Rules& other) const;
    // Whether a finished game's score is a whole number, so that a draw is possible.
    bool result_is_integer() const;
};

// 6.5 for territory, else 7.0 with a button, else 7.5.
float default_komi(ScoringRule scoring, bool has_button);
// Seki for territory scoring, none for area.
TaxRule default_tax(ScoringRule scoring);
// Finite and a multiple of 0.5.
bool komi_is_half_integer(double komi);
// Also within -kMaxKomi..kMaxKomi.
bool komi_is_acceptable(double komi);

enum class KomiInText { Allowed, Forbidden };

// A rule set by its name ("japanese", "tromp-taylor", ...), in any case, trimmed.
std::optional<Rules> rules_of_name(std::string_view name);

// A name or the compact form ("koSIMPLEscoreAREA..."). Throws ProtocolError "Could not parse rules: <text>" and, for a
// good item with a bad value, the same. Text starting with '{' that is no name is JSON, which the caller takes apart
// and hands to rules_of_fields().
Rules parse_rules(std::string_view text, KomiInText komi);

// A field of rules in JSON form; monostate stands for a JSON type that no field has.
using RuleValue = std::variant<std::monostate, bool, double, std::string>;
using RuleField = std::pair<std::string, RuleValue>;

// Rules from the fields of a JSON object. `text` is the object as the user wrote it, for messages. Throws
// ProtocolError: "Unknown rules option: <key>", "Rules::parseKoRule: Invalid ko rule: <value>" and the like, "Could not
// parse rules: <text>".
Rules rules_of_fields(std::vector<RuleField> fields, std::string_view text, KomiInText komi);

// `rules` with one field changed as kata-set-rule does: the value is text in any case. Throws ProtocolError as above.
Rules with_rule(const Rules& rules, std::string_view key, std::string_view value);

// The values by their KataGo spelling. Throw ProtocolError "Rules::parse...: Invalid ... rule: <text>".
KoRule parse_ko_rule(std::string_view text);
ScoringRule parse_scoring_rule(std::string_view text);
TaxRule parse_tax_rule(std::string_view text);
HandicapBonusRule parse_handicap_bonus_rule(std::string_view text);
std::string_view name_of(KoRule rule);
std::string_view name_of(ScoringRule rule);
std::string_view name_of(TaxRule rule);
std::string_view name_of(HandicapBonusRule rule);

enum class KomiInOutput { Shown, Hidden };

// "koSIMPLEscoreAREAtaxNONEsui0whbNfpok1komi7.5".
std::string compact_text(const Rules& rules, KomiInOutput komi);
// "Japanese", "TrompTaylor" ... where all but komi is that rule set; else the compact form without komi.
std::string nice_name(const Rules& rules);
// JSON, keys in alphabetical order, no spaces.
std::string json_text(const Rules& rules, KomiInOutput komi);

// The nearest rules that a network of this model version can represent; equal to `rules` if they are supported.
Rules supported_rules(const Rules& rules, int model_version);

}  // namespace katago
