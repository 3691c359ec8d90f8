// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "command/analysis/analysis_host.h"
#include "core/machine.h"

using namespace katago;
using analysis_host::Host;
using analysis_host::is_final;
using analysis_host::query;
using analysis_host::Replies;
using nlohmann::json;

namespace {

constexpr int kEndless = 100'000'000;

size_t count_partial(const Replies& replies, const std::string& id) {
    const std::vector<json> all = replies.of(id);
    return static_cast<size_t>(
        std::count_if(all.begin(), all.end(), [](const json& r) { return r.value("isDuringSearch", false); }));
}

size_t count_final(const Replies& replies, const std::string& id) {
    const std::vector<json> all = replies.of(id);
    return static_cast<size_t>(std::count_if(all.begin(), all.end(), is_final));
}

}  // namespace

TEST_CASE("analysis: an endless search reports until it is terminated, then says its result once") {
    if (analysis_host::tiny_model().empty()) return;
    Host host(analysis_host::tiny_model());
    json request = query("ponder", kEndless);
    request["reportDuringSearchEvery"] = 0.005;
    request["includeOwnership"] = true;
    host.send(request);
    REQUIRE(host.replies.wait([](const Replies& r) { return count_partial(r, "ponder") >= 3; }));
    host.send({{"id", "t"}, {"action", "terminate"}, {"terminateId", "ponder"}});
    REQUIRE(host.replies.wait_for_final("ponder"));
    host.session->finish();
    const std::vector<json> results = host.replies.of("ponder");
    CHECK(count_final(host.replies, "ponder") == 1);
    CHECK(is_final(results.back()));
    for (const json& result : results) CHECK(result["ownership"].size() == 81);
    CHECK(results.back()["rootInfo"]["visits"] >= results.front()["rootInfo"]["visits"]);
    CHECK(host.replies.of("t") == std::vector<json>{{{"id", "t"}, {"action", "terminate"}, {"terminateId", "ponder"}}});
    CHECK(host.replies.writes() == host.replies.lines().size());
}

TEST_CASE("analysis: firstReportDuringSearchAfter alone brings one partial result") {
    if (analysis_host::tiny_model().empty()) return;
    Host host(analysis_host::tiny_model());
    json request = query("once", kEndless);
    request["firstReportDuringSearchAfter"] = 0.002;
    host.send(request);
    REQUIRE(host.replies.wait([](const Replies& r) { return count_partial(r, "once") == 1; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    host.send({{"id", "t"}, {"action", "terminate_all"}});
    host.session->finish();
    CHECK(count_partial(host.replies, "once") == 1);
    CHECK(count_final(host.replies, "once") == 1);
}

TEST_CASE("analysis: queued requests that are terminated are never searched, and answered before the echo") {
    if (analysis_host::tiny_model().empty()) return;
    Host host(analysis_host::tiny_model());
    json busy = query("busy", kEndless);
    busy["reportDuringSearchEvery"] = 0.001;
    host.send(busy);
    REQUIRE(host.replies.wait([](const Replies& r) { return count_partial(r, "busy") >= 1; }));
    json game = query("game", 3);
    game["analyzeTurns"] = {0, 1, 2};
    host.send(game);
    host.send(game);  // an id may be in use several times
    host.send({{"id", "t"}, {"action", "terminate"}, {"terminateId", "game"}, {"turnNumbers", {0, 2.9}}});
    std::vector<json> replies = host.replies.all();
    std::erase_if(replies, [](const json& r) { return r["id"] == "busy"; });
    REQUIRE(replies.size() == 5);
    for (const size_t i : {0u, 1u, 2u, 3u}) {
        const int turn = i % 2 == 0 ? 0 : 2;
        CHECK(replies[i] == json{{"id", "game"}, {"isDuringSearch", false}, {"noResults", true}, {"turnNumber", turn}});
    }
    CHECK(replies[4]["id"] == "t");
    host.send({{"id", "u"}, {"action", "terminate"}, {"terminateId", "busy"}});
    host.session->finish();
    CHECK(count_final(host.replies, "game") == 6);
    CHECK(count_final(host.replies, "busy") == 1);
}

TEST_CASE("analysis: the highest priority comes first, equal ones in the order of arrival") {
    if (analysis_host::tiny_model().empty()) return;
    Host host(analysis_host::tiny_model());
    json busy = query("busy", kEndless);
    busy["reportDuringSearchEvery"] = 0.001;
    host.send(busy);
    REQUIRE(host.replies.wait([](const Replies& r) { return count_partial(r, "busy") >= 1; }));
    for (const auto& [id, priority] :
         std::vector<std::pair<std::string, int>>{{"low", -5}, {"first", 0}, {"second", 0}, {"high", 1 << 30}}) {
        json request = query(id, 2);
        request["priority"] = priority;
        host.send(request);
    }
    host.send({{"id", "t"}, {"action", "terminate"}, {"terminateId", "busy"}});
    host.session->finish();
    std::vector<std::string> order;
    for (const json& reply : host.replies.all())
        if (is_final(reply) && reply["id"] != "busy") order.push_back(reply["id"]);
    CHECK(order == std::vector<std::string>{"high", "first", "second", "low"});
}

TEST_CASE("analysis: the end of input waits for everything, dropping waits for nothing") {
    if (analysis_host::tiny_model().empty()) return;
    Host patient(analysis_host::tiny_model(), "numAnalysisThreads=3");
    for (int i = 0; i < 100; ++i) patient.send(query(std::to_string(i), 1 + i % 5));
    patient.session->finish();
    for (int i = 0; i < 100; ++i) CHECK(count_final(patient.replies, std::to_string(i)) == 1);

    Host hasty(analysis_host::tiny_model(), "numAnalysisThreads=2");
    for (int i = 0; i < 10; ++i) hasty.send(query(std::to_string(i), kEndless));
    hasty.session->drop();
    CHECK(hasty.replies.lines().empty());
}

TEST_CASE("analysis: avoided moves are left out, allowed ones are the only ones") {
    if (analysis_host::tiny_model().empty()) return;
    Host host(analysis_host::tiny_model());
    json allowed = query("allow", 30);
    allowed["allowMoves"] = {{{"player", "b"}, {"moves", {"D5", "(0,0)"}}, {"untilDepth", 1}}};
    json avoided = query("avoid", 60);
    avoided["avoidMoves"] = {{{"player", "b"}, {"moves", {"D5", "pass"}}, {"untilDepth", 2}},
                             {{"player", "BLACK"}, {"moves", {"A9"}}, {"untilDepth", 1}}};
    host.send(allowed);
    host.send(avoided);
    host.session->finish();
    for (const json& info : host.replies.of("allow").at(0)["moveInfos"]) {
        const std::string move = info["move"];
        CHECK((move == "D5" || move == "A9"));
    }
    CHECK(host.replies.of("avoid").at(0)["moveInfos"].size() > 1);
    for (const json& info : host.replies.of("avoid").at(0)["moveInfos"])
        for (const char* move : {"D5", "pass", "A9"}) CHECK(info["move"] != move);
}

TEST_CASE("analysis: settings of one query do not reach the next") {
    if (analysis_host::tiny_model().empty()) return;
    Host host(analysis_host::tiny_model());
    json changed = query("changed", 20);
    changed.erase("maxVisits");
    changed["overrideSettings"] = {
        {"maxVisits", 5}, {"reportAnalysisWinratesAs", "WHITE"}, {"numAnalysisThreads", 3}, {"analysisPVLen", 3}};
    json plain = query("plain", 20);
    plain.erase("maxVisits");
    json both = changed;
    both["id"] = "both";
    both["maxVisits"] = 7;  // a field wins over a setting
    for (const json& request : {changed, plain, both}) host.send(request);
    host.session->finish();
    const std::vector<json> replies = host.replies.of("changed");
    REQUIRE(replies.size() == 2);
    CHECK(replies[0]["warning"] == "Unknown config params: analysisPVLen,numAnalysisThreads");
    CHECK(replies[1]["rootInfo"]["visits"] == 5);
    const json plain_root = host.replies.of("plain").at(0)["rootInfo"];
    CHECK(plain_root["visits"] == 20);
    CHECK(plain_root["rawWinrate"].get<double>() ==
          doctest::Approx(1 - replies[1]["rootInfo"]["rawWinrate"].get<double>()));
    CHECK(host.replies.of("both").back()["rootInfo"]["visits"] == 7);
}

TEST_CASE("analysis: settings that are wrong, fixed or for networks not loaded drop the query") {
    if (analysis_host::tiny_model().empty()) return;
    Host host(analysis_host::tiny_model());
    const std::string place = " in config file analysis/analysis.cfg and/or command-line and query overrides";
    const std::vector<std::pair<json, std::string>> cases = {
        {{{"maxTime", "abc"}}, "Could not parse 'abc' as double for key 'maxTime'" + place},
        {{{"maxVisits", nullptr}}, "Could not parse 'null' as int64_t for key 'maxVisits'" + place},
        {{{"useEvalCache", true}}, "Cannot change useEvalCache after initialization"},
        {{{"nodeTableShardsPowerOfTwo", 9}}, "Cannot change nodeTableShardsPowerOfTwo after initialization"},
        {{{"humanSLProfile", "nobody"}}, "Unknown human SL network profile: nobody"},
        {{{"humanSLProfile", "rank_3k"}},
         "WARNING: humanSLProfile is specified as config param but model(s) don't use it: " +
             analysis_host::tiny_model().string() + "\n"},
        {{{"humanSLChosenMoveProp", 0.5}},
         "Provided parameter humanSLChosenMoveProp but no human model was specified (e.g -human-model "
         "b18c384nbt-humanv0.bin.gz)"},
        {{{"reportAnalysisWinratesAs", "GREEN"}}, "Could not parse config value for reportAnalysisWinratesAs: GREEN"},
        {{{"playoutDoublingAdvantagePla", "GREEN"}},
         "Could not parse player in field playoutDoublingAdvantagePla, should be BLACK or WHITE"}};
    for (const auto& [settings, text] : cases) {
        json request = query("q", 2);
        request["overrideSettings"] = settings;
        host.send(request);
        const json error = {{"id", "q"}, {"field", "overrideSettings"}, {"error", "Could not set settings: " + text}};
        CHECK(host.replies.all().back() == error);
    }
    host.session->finish();
    CHECK(host.replies.all().size() == cases.size());
}

TEST_CASE("analysis: KaTrain's configuration and queries are understood") {
    if (analysis_host::tiny_model().empty()) return;
    Host host(analysis_host::tiny_model(), "homeDataDir=/dev/null/home",
              "reportAnalysisWinratesAs = BLACK\nconservativePass = true\nmaxVisits = 500\nnumAnalysisThreads = 12\n"
              "numSearchThreads = 8\nnnMaxBatchSize = 96\nnnCacheSizePowerOfTwo = 20\n"
              "nnMutexPoolSizePowerOfTwo = 16\nnnRandomize = true\n");
    CHECK(host.options.threads.positions <= std::max(2, usable_cores()));
    CHECK(host.options.threads.per_position <= usable_cores());
    const json base = {{"rules", "japanese"},      {"priority", 7},
                       {"maxVisits", 20},          {"komi", 6.5},
                       {"boardXSize", 9},          {"boardYSize", 9},
                       {"includeOwnership", true}, {"includeMovesOwnership", true},
                       {"includePolicy", true},    {"initialStones", json::parse(R"([["B","G7"]])")},
                       {"initialPlayer", "W"},     {"moves", json::parse(R"([["W","C3"],["B","E5"]])")}};
    const json settings = {{"reportAnalysisWinratesAs", "BLACK"}, {"wideRootNoise", 0.04}, {"maxTime", 8.0}};
    json plain = base, sweep = base, weak = base, ponder = base;
    plain.update({{"id", "QUERY:1"}, {"analyzeTurns", {2}}, {"overrideSettings", settings}});
    sweep.update({{"id", "QUERY:2"}, {"analyzeTurns", {1}}, {"overrideSettings", settings}});
    sweep["avoidMoves"] = {{{"player", "B"}, {"moves", {"D4"}}, {"untilDepth", 1}}};
    weak.update({{"id", "QUERY:3"}, {"analyzeTurns", {2}}, {"overrideSettings", settings}});
    weak["overrideSettings"].update({{"playoutDoublingAdvantage", "1.5"},
                                     {"playoutDoublingAdvantagePla", "BLACK"},
                                     {"antiMirror", true},
                                     {"ignorePreRootHistory", false}});
    ponder.update({{"id", "QUERY:4"},
                   {"analyzeTurns", {2}},
                   {"overrideSettings", settings},
                   {"maxVisits", 10000000},
                   {"reportDuringSearchEvery", 0.25}});
    ponder["overrideSettings"].erase("maxTime");
    for (const json& request : {plain, sweep, weak, ponder}) host.send(request);
    for (const char* id : {"QUERY:1", "QUERY:2", "QUERY:3"}) REQUIRE(host.replies.wait_for_final(id));
    REQUIRE(host.replies.wait([](const Replies& r) { return count_partial(r, "QUERY:4") >= 1; }));
    host.send({{"id", "QUERY:5"}, {"action", "terminate"}, {"terminateId", "QUERY:4"}});
    host.session->finish();
    for (const json& reply : host.replies.all()) {
        CAPTURE(reply.dump().substr(0, 200));
        CHECK(!reply.contains("error"));
        CHECK(!reply.contains("warning"));
        if (!reply.contains("turnNumber")) continue;
        CHECK(reply["policy"].size() == 82);
        CHECK(reply["ownership"].size() == 81);
        for (const json& info : reply["moveInfos"])
            for (const char* key : {"move", "order", "visits", "scoreLead", "winrate", "prior", "pv", "ownership"})
                CHECK(info.contains(key));
    }
    for (const char* id : {"QUERY:1", "QUERY:2", "QUERY:3", "QUERY:4"}) CHECK(count_final(host.replies, id) == 1);
}

TEST_CASE("analysis: a network that needs a profile answers each query without one by an error") {
    const auto model = analysis_host::tiny_model().parent_path() / "random-v15-b3c32nbt-humanmeta.bin.gz";
    if (analysis_host::tiny_model().empty() || !std::filesystem::exists(model)) return;
    Host host(model);
    host.send(query("without", 2));
    json with = query("with", 2);
    with["overrideSettings"] = {{"humanSLProfile", "rank_3k"}};
    host.send(with);
    host.session->finish();
    REQUIRE(host.replies.of("without").size() == 1);
    CHECK(host.replies.of("without")[0].contains("error"));
    CHECK(is_final(host.replies.of("without")[0]));
    CHECK(host.replies.of("with").at(0)["rootInfo"]["visits"] == 2);
}

TEST_CASE("analysis: logs hold what the settings ask for") {
    if (analysis_host::tiny_model().empty()) return;
    Host host(analysis_host::tiny_model(), "logAllRequests=true,logAllResponses=true,logSearchInfo=true");
    host.send_line("nonsense");
    host.send(query("q", 2));
    host.session->finish();
    const std::string text = host.log_text.str();
    for (const char* part : {": Request: nonsense\n", ": Error: {\"error\":", ": Response: {\"error\":",
                             ": Request: {\"boardXSize\":9", ": Response: {\"id\":\"q\"", ": Search of q turn 2: 2 "})
        CHECK_MESSAGE(text.find(part) != std::string::npos, part);
}
