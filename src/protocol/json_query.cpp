// SPDX-License-Identifier: MIT
#include "protocol/json_query.h"

#include <algorithm>
#include <map>

#include "game/rules_json.h"
#include "protocol/json_fields.h"

namespace katago {

namespace {

using nlohmann::json;

// The fields of a query, in alphabetical order, and those of actions, which are tolerated.
constexpr std::array<std::string_view, 31> kFields = {"action",
                                                      "allowMoves",
                                                      "analysisPVLen",
                                                      "analyzeTurns",
                                                      "avoidMoves",
                                                      "boardXSize",
                                                      "boardYSize",
                                                      "firstReportDuringSearchAfter",
                                                      "id",
                                                      "includeMovesOwnership",
                                                      "includeMovesOwnershipStdev",
                                                      "includeNoResultValue",
                                                      "includeOwnership",
                                                      "includeOwnershipStdev",
                                                      "includePVVisits",
                                                      "includePolicy",
                                                      "initialPlayer",
                                                      "initialStones",
                                                      "komi",
                                                      "maxVisits",
                                                      "moves",
                                                      "overrideSettings",
                                                      "priorities",
                                                      "priority",
                                                      "reportDuringSearchEvery",
                                                      "rootFpuReductionMax",
                                                      "rootPolicyTemperature",
                                                      "rules",
                                                      "terminateId",
                                                      "turnNumbers",
                                                      "whiteHandicapBonus"};
static_assert(std::is_sorted(kFields.begin(), kFields.end()));

BoardSize read_board_size(const json& request) {
    const char* complaint = "Must provide an integer from 2 to 19";
    for (const char* field : {"boardXSize", "boardYSize"})
        if (!request.contains(field)) throw FieldError(field, complaint);
    const Range<int64_t> range{kMinBoardLength, kMaxBoardLength};
    return {static_cast<int>(*json_field::integer(request, "boardXSize", range, complaint)),
            static_cast<int>(*json_field::integer(request, "boardYSize", range, complaint))};
}

// Black's handicap stones alone on the board leave the first move to White.
Player default_initial_player(const AnalysisQuery& query) {
    if (!query.moves.empty()) return query.moves.front().player;
    std::map<Point, Color> standing;
    for (const Stone& stone : query.initial_stones) standing[stone.point] = stone.color;
    const bool only_black =
        std::all_of(standing.begin(), standing.end(), [](const auto& stone) { return stone.second == Color::Black; });
    return only_black && standing.size() >= 2 ? Color::White : Color::Black;
}

std::vector<QueryTurn> read_turns(const json& request, size_t moves) {
    const auto turns =
        json_field::integers(request, "analyzeTurns", "Must specify an array of integers indicating turns to analyze");
    if (turns && turns->empty()) throw FieldError("analyzeTurns", "Must specify at least one turn to analyze");
    for (const int64_t turn : turns.value_or(std::vector<int64_t>{}))
        if (turn < 0 || turn > static_cast<int64_t>(moves))
            throw FieldError("analyzeTurns", "Invalid turn number: " + std::to_string(turn));
    const auto priorities =
        json_field::integers(request, "priorities", "Must specify an array of integers indicating priorities");
    if (priorities) {
        if (!turns) throw FieldError("priorities", "Can only specify when also specifying analyzeTurns");
        if (priorities->size() != turns->size())
            throw FieldError("priorities", "Must be of matching length to analyzeTurns");
        for (const int64_t priority : *priorities)
            if (priority < -kMostPriority || priority > kMostPriority)
                throw FieldError("priorities", "Invalid priority: " + std::to_string(priority));
    }
    if (!turns) return {{static_cast<int>(moves), 0}};
    std::map<int, int64_t> chosen;  // of a turn named twice, the last priority counts
    for (size_t i = 0; i < turns->size(); ++i)
        chosen[static_cast<int>((*turns)[i])] = priorities ? (*priorities)[i] : 0;
    std::vector<QueryTurn> result;
    for (const auto& [turn, priority] : chosen) result.push_back({turn, priority});
    return result;
}

Rules read_rules(const json& request) {
    const auto value = request.find("rules");
    if (value == request.end() || !(value->is_string() || value->is_object()))
        throw FieldError("rules",
                         "Must specify rules string, such as \"chinese\" or \"tromp-taylor\", or a JSON object with "
                         "detailed rules parameters.");
    const std::string text = value->is_string() ? value->get<std::string>() : json_line(*value);
    try {
        return rules_of_text(text, KomiInText::Allowed);
    } catch (const ProtocolError&) {
        throw FieldError("rules", "Could not parse rules: " + text);
    }
}

void read_komi_and_bonus(const json& request, Rules& rules) {
    const char* complaint = "Must be a integer or half-integer from -400.0 to 400.0";
    if (const auto komi = json_field::number(request, "komi", {-kMaxKomi, kMaxKomi}, complaint)) {
        if (!komi_is_acceptable(*komi)) throw FieldError("komi", complaint);
        rules.komi = static_cast<float>(*komi);
    }
    const char* field = "whiteHandicapBonus";
    const auto bonus = request.find(field);
    if (bonus == request.end()) return;
    if (!bonus->is_string()) throw FieldError(field, "Must be a string");
    try {
        rules.white_handicap_bonus = parse_handicap_bonus_rule(bonus->get_ref<const std::string&>());
    } catch (const ProtocolError& error) {
        throw FieldError(field, error.what());
    }
}

}  // namespace

void read_query_game(const json& request, AnalysisQuery& query) {
    query.board = read_board_size(request);
    if (const auto stones = request.find("initialStones"); stones != request.end())
        query.initial_stones = json_field::stones(*stones, "initialStones", query.board);
    const auto moves = request.find("moves");
    if (moves == request.end()) throw FieldError("moves", "Must specify an array of [player,location] pairs");
    query.moves = json_field::moves(*moves, "moves", query.board);
    query.initial_player = json_field::player(request, "initialPlayer").value_or(default_initial_player(query));
    query.turns = read_turns(request, query.moves.size());
    query.rules = read_rules(request);
    read_komi_and_bonus(request, query.rules);
}

std::optional<SettingPairs> read_query_settings(const json& request) {
    const auto settings = request.find("overrideSettings");
    if (settings == request.end()) return std::nullopt;
    if (!settings->is_object()) throw FieldError("overrideSettings", "Must be an object");
    SettingPairs pairs;
    for (const auto& [key, value] : settings->items())
        pairs.emplace_back(key, value.is_string() ? value.get<std::string>() : json_line(value));
    return pairs;
}

std::vector<FieldWarning> warn_of_unknown_fields(const json& request) {
    std::vector<FieldWarning> warnings;
    for (const auto& [key, value] : request.items())
        if (!std::binary_search(kFields.begin(), kFields.end(), key))
            warnings.push_back({key,
                                "Unexpected or unused field, do you have a typo? (set warnUnusedFields=false in the "
                                "config to disable this warning)"});
    return warnings;
}

std::optional<std::vector<int64_t>> turns_to_terminate(const json& request) {
    return json_field::integers(request, "turnNumbers",
                                "If provided, must be an array of integers indicating turns to terminate");
}

}  // namespace katago
