// SPDX-License-Identifier: MIT
// Whatever a line asks for, it gets an answer: a client that waits for one must not wait for ever.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "command/analysis/analysis_host.h"

using analysis_host::Host;
using analysis_host::is_final;
using nlohmann::json;

namespace {

// The replies to a query with these fields as well.
std::vector<json> replies_to(const json& fields) {
    Host host(analysis_host::tiny_model());
    json request = analysis_host::query("q", 3);
    request.update(fields);
    host.send(request);
    host.session->finish();
    return host.replies.all();
}

json list(const std::string& player, const json& moves, int until) {
    return {{{"player", player}, {"moves", moves}, {"untilDepth", until}}};
}

}  // namespace

TEST_CASE("analysis: a query that names no turn is told so") {
    if (analysis_host::tiny_model().empty()) return;
    const json complaint = {
        {"error", "Must specify at least one turn to analyze"}, {"field", "analyzeTurns"}, {"id", "q"}};
    for (const json& fields :
         {json{{"analyzeTurns", json::array()}}, json{{"analyzeTurns", json::array()}, {"priority", 3}},
          json{{"analyzeTurns", json::array()}, {"priorities", json::array()}}})
        CHECK(replies_to(fields) == std::vector<json>{complaint});
}

TEST_CASE("analysis: each turn that is named is answered once, a wrong one for all") {
    if (analysis_host::tiny_model().empty()) return;
    CHECK(replies_to({{"analyzeTurns", {1, 1, 0, 1}}}).size() == 2);
    for (const json& turns : {json{0, 3}, json{-1, 0}, json{1, 1000000000000}}) {
        const std::vector<json> replies = replies_to({{"analyzeTurns", turns}});
        REQUIRE(replies.size() == 1);
        CHECK(replies[0]["field"] == "analyzeTurns");
    }
}

TEST_CASE("analysis: lists of moves that leave nothing, and limits that allow nothing, are answered") {
    if (analysis_host::tiny_model().empty()) return;
    for (const json& fields :
         {json{{"allowMoves", list("b", json::array(), 1)}}, json{{"allowMoves", list("w", json::array(), 5)}},
          json{{"avoidMoves", list("b", json::array(), 1)}}, json{{"avoidMoves", json::array()}},
          json{{"allowMoves", json::array()}}, json{{"allowMoves", list("b", {"E5"}, 1)}},
          json{{"overrideSettings", {{"maxTime", 0}}}}, json{{"overrideSettings", {{"maxPlayouts", 1}}}},
          json{{"overrideSettings", json::object()}}, json{{"maxVisits", 1}}}) {
        const std::vector<json> replies = replies_to(fields);
        CAPTURE(fields.dump());
        REQUIRE(replies.size() == 1);
        CHECK((is_final(replies[0]) || replies[0].contains("error")));
    }
    for (const json& fields : {json{{"maxVisits", 0}}, json{{"maxVisits", -5}}, json{{"maxVisits", nullptr}},
                               json{{"action", nullptr}, {"rules", 3}}, json{{"moves", nullptr}}}) {
        const std::vector<json> replies = replies_to(fields);
        REQUIRE(replies.size() == 1);
        CHECK(replies[0].contains("error"));
    }
}

TEST_CASE("analysis: an action about what is not there is echoed, and one that is no action is refused") {
    if (analysis_host::tiny_model().empty()) return;
    Host host(analysis_host::tiny_model());
    const std::vector<json> echoed = {{{"id", "1"}, {"action", "terminate"}, {"terminateId", "unknown"}},
                                      {{"id", "2"}, {"action", "terminate"}, {"terminateId", ""}, {"turnNumbers", {7}}},
                                      {{"id", "3"}, {"action", "terminate_all"}, {"turnNumbers", json::array()}},
                                      {{"id", "4"}, {"action", "clear_cache"}, {"more", {1, 2}}}};
    for (const json& request : echoed) host.send(request);
    CHECK(host.replies.all() == echoed);
    const std::vector<std::string> refused = {R"({"action":"terminate_all"})",
                                              R"({"id":"a","action":""})",
                                              R"({"id":"b","action":"terminate"})",
                                              R"({"id":7,"action":"x"})",
                                              R"({"id":"c","action":{}})",
                                              R"({})",
                                              R"([])",
                                              R"("id")",
                                              "null",
                                              "{\"id\":\"\xff\"}",
                                              R"({"id":"d"}{"id":"e"})",
                                              R"({"id":"f","turnNumbers":[]})"};
    for (const std::string& line : refused) host.send_line(line);
    const std::vector<json> replies = host.replies.all();
    REQUIRE(replies.size() == echoed.size() + refused.size());
    for (size_t i = echoed.size(); i < replies.size(); ++i) CHECK(replies[i].contains("error"));
}
