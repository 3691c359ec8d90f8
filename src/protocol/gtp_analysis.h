// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "game/point.h"
#include "protocol/move_restriction.h"

namespace katago {

// The dialects of info lines.
enum class AnalyzeStyle {
    Lz,      // lz-analyze: few fields, percentages times 100
    Kata,    // kata-analyze: all fields
    Sabaki,  // analyze: all fields, numbers with a decimal point always
};

// The arguments of an analyze command.
struct AnalyzeArguments {
    std::optional<Player> player;      // not given: the one to move
    std::optional<double> interval_s;  // between reports; nothing: no reports
    int min_moves = 0;
    int max_moves = 10'000'000;
    std::array<MoveRestriction, 2> restrictions;  // Black's, White's
    bool root_info = false;
    bool ownership = false;
    bool ownership_stdev = false;
    bool moves_ownership = false;
    bool moves_ownership_stdev = false;
    bool pv_visits = false;
    bool pv_edge_visits = false;
    bool no_result_value = false;

    bool needs_ownership() const { return ownership || ownership_stdev || moves_ownership || moves_ownership_stdev; }
};

// Reads [COLOR] [INTERVAL] {KEY VALUE...}; nullopt where that is malformed or out of range.
std::optional<AnalyzeArguments> parse_analyze_arguments(std::span<const std::string> arguments, AnalyzeStyle style,
                                                        BoardSize board);

}  // namespace katago
