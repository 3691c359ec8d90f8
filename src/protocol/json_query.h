// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "game/board.h"
#include "game/history.h"
#include "game/rules.h"
#include "protocol/json_request.h"
#include "protocol/move_restriction.h"

namespace katago {

// The largest absolute value of a priority.
constexpr int64_t kMostPriority = (int64_t{1} << 62) - 1;

// One position of a query.
struct QueryTurn {
    int turn = 0;  // moves made before it
    int64_t priority = 0;
};

// Settings that a query changes for itself, as key and text.
using SettingPairs = std::vector<std::pair<std::string, std::string>>;

// The parts of a result that are there on demand.
struct QueryIncludes {
    bool ownership = false;
    bool ownership_stdev = false;
    bool moves_ownership = false;
    bool moves_ownership_stdev = false;
    bool policy = false;
    bool pv_visits = false;
    bool no_result_value = false;

    bool needs_ownership() const { return ownership || ownership_stdev || moves_ownership || moves_ownership_stdev; }
};

// An analysis query, checked field by field; the moves may still be illegal. Kept small: thousands may wait at a time.
struct AnalysisQuery {
    std::string id;

    // --- The game ---
    BoardSize board;
    std::vector<Stone> initial_stones;
    Player initial_player = Color::Black;
    std::vector<Move> moves;
    Rules rules;
    std::vector<QueryTurn> turns;  // to be analysed, ascending, each once

    // --- The search; nothing: as configured ---
    std::optional<int64_t> max_visits;
    std::optional<double> root_policy_temperature;
    std::optional<double> root_fpu_reduction_max;
    std::array<MoveRestriction, 2> restrictions;  // Black's, White's

    // --- The replies ---
    std::optional<int> pv_length;
    QueryIncludes includes;
    std::optional<double> report_every_s;  // partial results; nothing with `first_report_after_s`: one only
    std::optional<double> first_report_after_s;
};

// A query is read in three steps, so that a request that is wrong in several fields is answered for the same one as by
// the reference. Each throws FieldError.

// Reads the game: from the board's size to the handicap bonus.
void read_query_game(const nlohmann::json& request, AnalysisQuery& query);
// The pairs of overrideSettings, values as a configuration file would have them; nothing where the field is missing.
std::optional<SettingPairs> read_query_settings(const nlohmann::json& request);
// Reads all other fields.
void read_query_options(const nlohmann::json& request, AnalysisQuery& query);

// A warning for each field that no query has, in alphabetical order.
std::vector<FieldWarning> warn_of_unknown_fields(const nlohmann::json& request);

// The "turnNumbers" of a terminate action; nothing: all turns. Throws FieldError.
std::optional<std::vector<int64_t>> turns_to_terminate(const nlohmann::json& request);

}  // namespace katago
