// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>

#include "eval/eval_options.h"

// Options of the reference data's positions.
namespace query {

inline katago::EvalOptions options_of(const nlohmann::json& misc) {
    katago::EvalOptions options;
    options.draw_equivalent_wins_for_white = misc.at("drawEquivalentWinsForWhite").get<double>();
    options.conservative_pass_and_is_root = misc.at("conservativePassAndIsRoot").get<bool>();
    options.enable_passing_hacks = misc.at("enablePassingHacks").get<bool>();
    options.playout_doubling_advantage = misc.at("playoutDoublingAdvantage").get<double>();
    options.max_history = misc.at("maxHistory").get<int>();
    return options;
}

}  // namespace query
