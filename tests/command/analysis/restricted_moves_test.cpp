// SPDX-License-Identifier: MIT
// allowMoves and avoidMoves on a board that has symmetries.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "command/analysis/analysis_host.h"

using analysis_host::Host;
using nlohmann::json;

namespace {

// The moves of a query for the empty 9x9 board that has these fields as well.
std::vector<json> moves_of(const json& fields) {
    Host host(analysis_host::tiny_model());
    json request = analysis_host::query("q", 300);
    request["moves"] = json::array();
    request.update(fields);
    host.send(request);
    host.session->finish();
    const std::vector<json> replies = host.replies.of("q");
    REQUIRE(replies.size() == 1);
    REQUIRE(replies[0].contains("moveInfos"));
    return replies[0]["moveInfos"].get<std::vector<json>>();
}

// Checks each variation against the lists of moves; `allowed`: of allowMoves.
void check_lists(const std::vector<json>& moves, const json& lists, bool allowed) {
    CHECK(!moves.empty());
    for (const json& move : moves) {
        const auto pv = move["pv"].get<std::vector<std::string>>();
        CHECK(pv.front() == move["move"]);
        for (const json& list : lists) {
            const auto points = list["moves"].get<std::vector<std::string>>();
            for (size_t depth = list["player"] == "b" ? 0 : 1; depth < pv.size(); depth += 2) {
                const bool listed = std::find(points.begin(), points.end(), pv[depth]) != points.end();
                if (depth < list["untilDepth"].get<size_t>()) CHECK(listed == allowed);
            }
        }
    }
}

json list(const std::string& player, const std::vector<std::string>& moves, int until) {
    return {{"player", player}, {"moves", moves}, {"untilDepth", until}};
}

bool any_copies(const std::vector<json>& moves) {
    return std::any_of(moves.begin(), moves.end(), [](const json& move) { return move.contains("isSymmetryOf"); });
}

}  // namespace

TEST_CASE("analysis: variations that are copied by symmetry keep to avoidMoves, of either player and at any depth") {
    if (analysis_host::tiny_model().empty()) return;
    for (const json& lists :
         {json{list("b", {"C3"}, 1)}, json{list("w", {"E5", "G7"}, 6)}, json{list("b", {"E3", "D4"}, 8)},
          json{list("b", {"C7"}, 1), list("w", {"C3"}, 4), list("b", {"C3"}, 5)}, json{list("w", {"pass", "A1"}, 9)}})
        check_lists(moves_of({{"avoidMoves", lists}}), lists, false);
}

TEST_CASE("analysis: variations that are copied by symmetry keep to allowMoves, of either player and at any depth") {
    if (analysis_host::tiny_model().empty()) return;
    for (const json& lists :
         {json{list("b", {"C3", "D4", "E5"}, 1)}, json{list("w", {"G7", "C4", "F6"}, 2)},
          json{list("b", {"D4", "E4", "F6"}, 3), list("w", {"C3", "C4", "G3"}, 4)}, json{list("w", {"E5"}, 2)}})
        check_lists(moves_of({{"allowMoves", lists}}), lists, true);
}

TEST_CASE("analysis: lists that are symmetric leave copies by symmetry") {
    if (analysis_host::tiny_model().empty()) return;
    const json corners = {list("b", {"C3", "C7", "G3", "G7"}, 3)};
    const std::vector<json> moves = moves_of({{"avoidMoves", corners}});
    CHECK(any_copies(moves));
    check_lists(moves, corners, false);
    CHECK(any_copies(moves_of({{"allowMoves", corners}})));
    CHECK(!any_copies(moves_of({{"allowMoves", corners}, {"overrideSettings", {{"rootSymmetryPruning", false}}}})));
}
