// SPDX-License-Identifier: MIT
// The rule sets that have names.
#include <string>

#include "core/text.h"
#include "game/rules.h"

namespace katago {

namespace {

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

}  // namespace

std::optional<Rules> rules_of_name(std::string_view name) {
    const std::string wanted = lower_case(trimmed(name));
    for (const NamedRules& named : kNamedRules)
        if (named.name == wanted) return named.rules;
    return std::nullopt;
}

std::string nice_name(const Rules& rules) {
    for (const NamedRules& named : kNiceNames)
        if (named.rules.equals_ignoring_komi(rules)) return std::string(named.name);
    return compact_text(rules, KomiInOutput::Hidden);
}

}  // namespace katago
