// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "protocol/json_query.h"

using namespace katago;
using nlohmann::json;

namespace {

// Lists of pairs of texts, which braces would make an object.
json list(const char* text) {
    return json::parse(text);
}

json base() {
    return {{"id", "q"},
            {"moves", list(R"([["B","E5"],["W","C3"],["B","pass"]])")},
            {"rules", "chinese"},
            {"boardXSize", 9},
            {"boardYSize", 7}};
}

json with(const json& fields) {
    json request = base();
    request.update(fields);
    return request;
}

AnalysisQuery read(const json& request) {
    AnalysisQuery query;
    read_query_game(request, query);
    read_query_options(request, query);
    return query;
}

// "field: text" of the error that a request brings; empty: none.
std::string error_of(const json& request) {
    try {
        read(request);
        read_query_settings(request);
        return {};
    } catch (const FieldError& error) {
        return error.field() + ": " + error.what();
    }
}

}  // namespace

TEST_CASE("json_query: a plain query is about the position after its moves") {
    const AnalysisQuery query = read(base());
    CHECK(query.board == BoardSize{9, 7});
    CHECK(query.moves.size() == 3);
    CHECK(query.moves[0] == Move{point_at(4, 2), Color::Black});
    CHECK(query.moves[2].point == kPass);
    CHECK(query.initial_player == Color::Black);
    REQUIRE(query.turns.size() == 1);
    CHECK(query.turns[0].turn == 3);
    CHECK(query.turns[0].priority == 0);
    CHECK(!query.max_visits);
    CHECK(!query.report_every_s);
    CHECK(!query.includes.needs_ownership());
}

TEST_CASE("json_query: turns are sorted and each taken once, with the last priority given for it") {
    const AnalysisQuery query = read(with({{"analyzeTurns", {3, 0.9, true, 3}}, {"priorities", {1, 2, 3, 4.5}}}));
    REQUIRE(query.turns.size() == 3);
    for (int i = 0; i < 3; ++i) {
        CHECK(query.turns[static_cast<size_t>(i)].turn == (i == 2 ? 3 : i));
        CHECK(query.turns[static_cast<size_t>(i)].priority == i + 2);
    }
    CHECK(read(with({{"priority", -7}})).turns[0].priority == -7);
}

TEST_CASE("json_query: a query about no turn at all is refused") {
    const std::string complaint = "analyzeTurns: Must specify at least one turn to analyze";
    CHECK(error_of(with({{"analyzeTurns", json::array()}})) == complaint);
    CHECK(error_of(with({{"analyzeTurns", json::array()}, {"priorities", json::array()}})) == complaint);
    CHECK(error_of(with({{"analyzeTurns", json::array()}, {"moves", json::array()}})) == complaint);
    CHECK(error_of(with({{"analyzeTurns", {-1}}})) == "analyzeTurns: Invalid turn number: -1");
    CHECK(error_of(with({{"analyzeTurns", {0, 4}}})) == "analyzeTurns: Invalid turn number: 4");
    CHECK(error_of(with({{"maxVisits", 0}})) == "maxVisits: Must be an integer from 1 to 2^50");
}

TEST_CASE("json_query: who begins follows from the moves, else from the stones") {
    const auto first = [](const json& fields) {
        json request = base();
        request["moves"] = json::array();
        request.update(fields);
        return read(request).initial_player;
    };
    const json two_black = list(R"([["B","A1"],["B","B1"]])");
    CHECK(first(json::object()) == Color::Black);
    CHECK(first({{"initialStones", list(R"([["B","A1"]])")}}) == Color::Black);
    CHECK(first({{"initialStones", two_black}}) == Color::White);
    CHECK(first({{"initialStones", list(R"([["B","A1"],["B","A1"]])")}}) == Color::Black);
    CHECK(first({{"initialStones", list(R"([["B","A1"],["B","B1"],["W","C1"]])")}}) == Color::Black);
    CHECK(first({{"initialStones", two_black}, {"initialPlayer", "black"}}) == Color::Black);
    CHECK(first({{"initialStones", two_black}, {"moves", list(R"([["b","C1"]])")}}) == Color::Black);
}

TEST_CASE("json_query: rules come with their komi, fields go before them") {
    CHECK(read(base()).rules.komi == 7.5f);
    CHECK(read(with({{"rules", "japanese"}})).rules.komi == 6.5f);
    CHECK(read(with({{"komi", -12}})).rules.komi == -12);
    CHECK(read(with({{"rules", {{"scoring", "TERRITORY"}, {"komi", 3.5}}}})).rules.komi == 3.5f);
    CHECK(read(with({{"whiteHandicapBonus", "N-1"}})).rules.white_handicap_bonus == HandicapBonusRule::NMinusOne);
}

TEST_CASE("json_query: numbers must have the right type and range") {
    const std::string visits = "maxVisits: Must be an integer from 1 to 2^50";
    CHECK(error_of(with({{"maxVisits", 100.0}})) == visits);
    CHECK(error_of(with({{"maxVisits", true}})) == visits);
    CHECK(error_of(with({{"maxVisits", 18446744073709551615u}})) == visits);
    CHECK(error_of(with({{"maxVisits", (int64_t{1} << 50) + 1}})) == visits);
    CHECK(error_of(with({{"maxVisits", int64_t{1} << 50}})).empty());
    CHECK(error_of(with({{"analysisPVLen", 0}})) == "analysisPVLen: Must be an integer from 1 to 1000");
    CHECK(error_of(with({{"rootFpuReductionMax", 2.5}})) == "rootFpuReductionMax: Must be a number from 0.0 to 2.0");
    CHECK(error_of(with({{"rootPolicyTemperature", "1"}})) ==
          "rootPolicyTemperature: Must be a number from 0.01 to 100.0");
    CHECK(error_of(with({{"includePVVisits", 1}})) == "includePVVisits: Must be a boolean");
    const std::string seconds = ": Must be number of seconds from 0.001 to 1000000.0";
    CHECK(error_of(with({{"reportDuringSearchEvery", 0}})) == "reportDuringSearchEvery" + seconds);
    CHECK(error_of(with({{"firstReportDuringSearchAfter", 1e7}})) == "firstReportDuringSearchAfter" + seconds);
    CHECK(error_of(with({{"priority", 1.5}})) == "priority: Must be a number between -2^62 and 2^62");
    CHECK(error_of(with({{"priority", int64_t{1} << 62}})) == "priority: Must be a number between -2^62 and 2^62");
    CHECK(error_of(with({{"priority", 1}, {"analyzeTurns", {1}}, {"priorities", {1}}})) ==
          "priority: Cannot specify both priority and priorities");
    CHECK(error_of(with({{"priorities", {1}}})) == "priorities: Can only specify when also specifying analyzeTurns");
    CHECK(error_of(with({{"analyzeTurns", {1}}, {"priorities", {1e300}}})) ==
          "priorities: Must specify an array of integers indicating priorities");
    CHECK(error_of(with({{"analyzeTurns", {-1}}})) == "analyzeTurns: Invalid turn number: -1");
    CHECK(error_of(with({{"analyzeTurns", {"1"}}})) ==
          "analyzeTurns: Must specify an array of integers indicating turns to analyze");
}

TEST_CASE("json_query: of several mistakes the first in KataGo's order is named") {
    json request = with({{"boardYSize", 1}, {"komi", 0.3}, {"maxVisits", 0}, {"moves", 7}});
    CHECK(error_of(request) == "boardYSize: Must provide an integer from 2 to 19");
    request["boardYSize"] = 9;
    CHECK(error_of(request).starts_with("moves: Must be an array of pairs"));
    request["moves"] = json::array();
    CHECK(error_of(request) == "komi: Must be a integer or half-integer from -400.0 to 400.0");
    request["komi"] = 0.5;
    CHECK(error_of(request) == "maxVisits: Must be an integer from 1 to 2^50");
}

TEST_CASE("json_query: stones stand on the board, moves may be passes") {
    CHECK(error_of(with({{"initialStones", list(R"([["B","pass"]])")}})) ==
          "initialStones: Could not parse board location: pass");
    CHECK(error_of(with({{"initialStones", list(R"x([["B","(9,0)"]])x")}})) ==
          "initialStones: Could not parse board location: (9,0)");
    CHECK(error_of(with({{"moves", list(R"([["x","A1"]])")}})) == "moves: Could not parse player: x");
    CHECK(error_of(with({{"moves", list(R"([["b","A8"]])")}})) == "moves: Could not parse board location: A8");
    CHECK(error_of(with({{"moves", list(R"([["b"]])")}})).starts_with("moves: Must be an array of pairs"));
}

TEST_CASE("json_query: restrictions of moves name the field inside them that is wrong") {
    const json good = {{"player", "B"}, {"moves", {"A1", "pass"}}, {"untilDepth", 3}};
    const AnalysisQuery avoid =
        read(with({{"avoidMoves", {good, {{"player", "b"}, {"moves", {"A1"}}, {"untilDepth", 1}}}}}));
    CHECK(avoid.restrictions[0].avoid_until.size() == 64);
    CHECK(avoid.restrictions[0].avoid_until[54] == 3);
    CHECK(avoid.restrictions[0].avoid_until[63] == 3);
    CHECK(avoid.restrictions[1].avoid_until.empty());
    const AnalysisQuery allow = read(with({{"allowMoves", {good}}}));
    CHECK(allow.restrictions[0].allowed == std::vector<Point>{point_at(0, 6), kPass});
    CHECK(allow.restrictions[0].allow_until == 3);

    const auto error_with = [&](const char* key, const json& value) {
        json bad = good;
        bad[key] = value;
        return error_of(with({{"avoidMoves", {bad}}}));
    };
    CHECK(error_with("player", "green") == "player: Must be \"b\" or \"w\"");
    CHECK(error_with("moves", "A1") == "moves: Must be an array of GTP board vertices");
    CHECK(error_with("moves", {"Z9"}) == "moves: Could not parse board location: Z9");
    CHECK(error_with("untilDepth", 0) == "untilDepth: Must be a positive integer");
    CHECK(error_of(with({{"avoidMoves", good}})) ==
          "avoidMoves: Must be a list of dicts with subfields 'player', 'moves', 'untilDepth'");
    CHECK(error_of(with({{"allowMoves", {good, good}}})) ==
          "allowMoves: Cannot specify allowMoves more than once for the same player");
    CHECK(error_of(with({{"allowMoves", {good, good, good}}})) ==
          "allowMoves: Currently allowMoves only allows at most one entry per player");
}

TEST_CASE("json_query: settings become the texts of a configuration") {
    CHECK(!read_query_settings(base()));
    CHECK(error_of(with({{"overrideSettings", 3}})) == "overrideSettings: Must be an object");
    const SettingPairs pairs = *read_query_settings(
        with({{"overrideSettings", {{"a", "x y"}, {"b", 0.5}, {"c", true}, {"d", 7}, {"e", nullptr}, {"f", ""}}}}));
    CHECK(pairs == SettingPairs{{"a", "x y"}, {"b", "0.5"}, {"c", "true"}, {"d", "7"}, {"e", "null"}, {"f", ""}});
}

TEST_CASE("json_query: unknown fields bring warnings in alphabetical order, those of actions do not") {
    const std::vector<FieldWarning> warnings =
        warn_of_unknown_fields(with({{"zebra", 1}, {"action", 3}, {"turnNumbers", 1}, {"MaxVisits", 1}, {"p", {}}}));
    REQUIRE(warnings.size() == 3);
    CHECK(warnings[0].field == "MaxVisits");
    CHECK(warnings[1].field == "p");
    CHECK(warnings[2].field == "zebra");
}

TEST_CASE("json_query: turns to terminate are integers, or all") {
    CHECK(!turns_to_terminate(base()));
    CHECK(*turns_to_terminate(with({{"turnNumbers", {1, 2.5, false}}})) == std::vector<int64_t>{1, 2, 0});
    CHECK_THROWS_AS(turns_to_terminate(with({{"turnNumbers", "all"}})), FieldError);
}
