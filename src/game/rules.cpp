// SPDX-License-Identifier: MIT
#include "game/rules.h"

#include <cmath>

namespace katago {

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
