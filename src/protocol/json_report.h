// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "game/point.h"
#include "protocol/json_query.h"
#include "search/report.h"

namespace katago {

// The parts of a result that the search's report does not hold, and the form of the others.
struct JsonReportFormat {
    std::string_view id;
    int turn = 0;
    bool during_search = false;
    Player perspective = Color::White;  // whose values are shown
    BoardSize board;
    QueryIncludes includes;
};

// The result for one turn, one line without its end. Ownership is there if the report has it.
std::string result_line(const Report& report, const JsonReportFormat& format);

// The final answer for a turn that was given up before anything was known of it.
std::string no_results_line(std::string_view id, int turn);

// The final answer for a turn that could not be searched.
std::string failed_search_line(std::string_view id, int turn, std::string_view reason);

}  // namespace katago
