// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "game/point.h"
#include "protocol/gtp_analysis.h"
#include "search/report.h"

namespace katago {

// The form of an info line.
struct InfoFormat {
    AnalyzeStyle style = AnalyzeStyle::Kata;
    Player perspective = Color::White;  // whose values are shown
    BoardSize board;
};

// One line without its end: the moves, then the root and ownership as far as asked for. Empty: nothing to report.
std::string info_line(const Report& report, const AnalyzeArguments& arguments, const InfoFormat& format);

}  // namespace katago
