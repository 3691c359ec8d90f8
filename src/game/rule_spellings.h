// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "game/rules.h"

namespace katago {

// How a value is written in the compact form and in JSON.
template <class Value>
struct Spelling {
    std::string_view text;
    Value value;
};

// In the order in which the compact form tries them: where one is the start of another, the longer comes first.
inline constexpr Spelling<KoRule> kKoRules[] = {{"SIMPLE", KoRule::Simple},
                                                {"POSITIONAL", KoRule::Positional},
                                                {"SITUATIONAL", KoRule::Situational},
                                                {"SPIGHT", KoRule::Spight}};
inline constexpr Spelling<ScoringRule> kScoringRules[] = {{"AREA", ScoringRule::Area},
                                                          {"TERRITORY", ScoringRule::Territory}};
inline constexpr Spelling<TaxRule> kTaxRules[] = {
    {"NONE", TaxRule::None}, {"SEKI", TaxRule::Seki}, {"ALL", TaxRule::All}};
inline constexpr Spelling<HandicapBonusRule> kHandicapBonusRules[] = {
    {"0", HandicapBonusRule::Zero}, {"N-1", HandicapBonusRule::NMinusOne}, {"N", HandicapBonusRule::N}};
inline constexpr Spelling<bool> kDigits[] = {{"0", false}, {"1", true}};

}  // namespace katago
