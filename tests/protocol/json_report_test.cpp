// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <limits>

#include "protocol/json_report.h"

using namespace katago;
using nlohmann::json;

namespace {

constexpr BoardSize kBoard = {3, 2};

Report sample() {
    Report report;
    report.has_root = true;
    report.root.values = {.visits = 7, .weight = 5.582640326579168, .win_loss = 0.5, .lead = 3};
    report.root.raw_lead = 1234567891234.5;
    AnalysisMove move;
    move.move = point_at(0, 0);
    move.values = {.visits = 4, .win_loss = -0.25, .no_result = 0.125, .score_mean = 1.5, .lead = 1.23456789123};
    move.edge_visits = 3;
    move.prior = 1.125595170123e-10;
    move.lcb = 0.25;
    move.utility_lcb = -0.5;
    move.pv = {point_at(0, 0), kPass};
    move.pv_visits = {4, 2};
    move.pv_edge_visits = {3, 1};
    move.ownership = {{1, 0, -1, 0.1234567, 0, 0}, {0, 0, 0, 0, 0, 0.5}};
    report.moves = {move};
    report.ownership = {{-0.25, 0, 0, 0, 0, 1}, {0, 0, 0, 0, 0, 0.125}};
    report.policy = {0.5f, -1, 0.0000152587890625f, 0, 0, 0, 0.25f};
    return report;
}

JsonReportFormat format_for(Player perspective) {
    return {.id = "q", .turn = 2, .during_search = false, .perspective = perspective, .board = kBoard, .includes = {}};
}

}  // namespace

TEST_CASE("json_report: numbers have nine digits and always a point or an exponent") {
    const std::string line = result_line(sample(), format_for(Color::White));
    for (const char* part : {"\"weight\":5.582640326579168", "\"scoreLead\":1.23456789,", "\"scoreLead\":3.0",
                             "\"prior\":1.12559517e-10", "\"rawLead\":1234567891235.0", "\"visits\":7", "\"order\":0"})
        CHECK_MESSAGE(line.find(part) != std::string::npos, part);
}

TEST_CASE("json_report: the perspective turns rates, scores and ownership, nothing else") {
    JsonReportFormat format = format_for(Color::Black);
    format.includes.ownership = format.includes.ownership_stdev = true;
    format.includes.moves_ownership = format.includes.moves_ownership_stdev = true;
    format.includes.policy = true;
    const json reply = json::parse(result_line(sample(), format));
    const json& info = reply["moveInfos"][0];
    CHECK(info["winrate"] == 0.625);
    CHECK(info["lcb"] == 0.75);
    CHECK(info["utilityLcb"] == 0.5);
    CHECK(info["scoreLead"] == info["scoreMean"]);
    CHECK(info["scoreSelfplay"] == -1.5);
    CHECK(info["ownership"][3] == -0.123457);
    CHECK(info["ownershipStdev"][5] == 0.5);
    CHECK(reply["ownership"][0] == 0.25);
    CHECK(reply["ownershipStdev"][5] == 0.125);
    CHECK(reply["rootInfo"]["winrate"] == 0.25);
    CHECK(reply["rootInfo"]["rawStWrError"] == -0.5);
    CHECK(reply["policy"][1] == -1.0);
    CHECK(reply["policy"][2] == 1.52587891e-05);
    CHECK(!info.contains("noResultValue"));
}

TEST_CASE("json_report: variations come with their visits where asked for") {
    JsonReportFormat format = format_for(Color::White);
    format.includes.pv_visits = format.includes.no_result_value = true;
    const json info = json::parse(result_line(sample(), format))["moveInfos"][0];
    CHECK(info["pv"] == json{"A2", "pass"});
    CHECK(info["pvVisits"] == json{4, 2});
    CHECK(info["pvEdgeVisits"] == json{3, 1});
    CHECK(info["noResultValue"] == 0.125);
    CHECK(!info.contains("humanPrior"));
}

TEST_CASE("json_report: what a network that imitates people says is added where it was asked") {
    Report report = sample();
    report.moves[0].human_prior = 0.375;
    report.human_policy = report.policy;
    report.root.human = {.winrate = 0.25, .score_mean = 2, .score_stdev = 3, .shortterm_winloss_error = 0.5};
    JsonReportFormat format = format_for(Color::Black);
    format.includes.policy = true;
    const json reply = json::parse(result_line(report, format));
    CHECK(reply["humanPolicy"].size() == 7);
    CHECK(reply["moveInfos"][0]["humanPrior"] == 0.375);
    CHECK(reply["rootInfo"]["humanWinrate"] == 0.75);
    CHECK(reply["rootInfo"]["humanScoreMean"] == -2);
    CHECK(reply["rootInfo"]["humanStWrError"] == 0.25);
    CHECK(reply["rootInfo"]["humanStScoreError"] == -1);
}

TEST_CASE("json_report: answers without results say whose they are") {
    CHECK(no_results_line("a", 3) == R"({"id":"a","isDuringSearch":false,"noResults":true,"turnNumber":3})");
    CHECK(failed_search_line("a", 3, "why") == R"({"error":"why","id":"a","isDuringSearch":false,"turnNumber":3})");
}
