// SPDX-License-Identifier: MIT
// The reference's exchanges with its analysis engine, compared as their README says: errors, warnings, actions and the
// fields of results exactly; what the network says, and searches of one visit, within a tolerance; other searches by
// type and range.
#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <sstream>

#include "command/analysis/analysis_host.h"
#include "core/file.h"
#include "golden.h"

using namespace katago;
using analysis_host::Host;
using nlohmann::json;

namespace {

// Sums of floats in another order move probabilities and ownership, and points, by this much.
constexpr double kProbabilityTolerance = 1e-4;
constexpr double kPointsTolerance = 1e-3;

const std::set<std::string> kProbabilities = {"winrate", "rawWinrate", "rawNoResultProb", "rawStWrError", "prior",
                                              "lcb",     "utility",    "utilityLcb",      "policy",       "ownership"};
// Hashes are each engine's own.
const std::set<std::string> kOwn = {"thisHash", "symHash"};

std::vector<json> lines_of(const std::string& file) {
    std::vector<json> lines;
    std::istringstream stream(read_file(golden::find("analysis/" + file)));
    for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
    return lines;
}

bool is_result(const json& reply) {
    return reply.contains("turnNumber");
}

std::set<std::string> keys_of(const json& object) {
    std::set<std::string> keys;
    for (const auto& [key, value] : object.items()) keys.insert(key);
    return keys;
}

void check_number(const std::string& key, const json& expected, const json& found) {
    CAPTURE(key);
    REQUIRE(found.type() == expected.type());
    const double wanted = expected.get<double>();
    // Utilities are sums of a probability and a squashed score.
    const double tolerance = kProbabilities.contains(key) ? kProbabilityTolerance * (key[0] == 'u' ? 2 : 1)
                                                          : kPointsTolerance + 1e-4 * std::abs(wanted);
    CHECK(std::abs(found.get<double>() - wanted) <= tolerance);
}

void check_value(const std::string& key, const json& expected, const json& found) {
    if (expected.is_number()) return check_number(key, expected, found);
    if (expected.is_array() && !expected.empty() && expected[0].is_number()) {
        REQUIRE(found.size() == expected.size());
        for (size_t i = 0; i < expected.size(); ++i) check_number(key, expected[i], found[i]);
        return;
    }
    if (!kOwn.contains(key)) CHECK(found == expected);
}

// Same kinds of values, and those that have a range within it.
void check_move_info(const json& expected, const json& found) {
    std::set<std::string> wanted = keys_of(expected);
    std::set<std::string> keys = keys_of(found);
    wanted.erase("isSymmetryOf");  // depends on the move
    keys.erase("isSymmetryOf");
    CHECK(keys == wanted);
    for (const std::string& key : wanted) {
        CAPTURE(key);
        REQUIRE(found.contains(key));
        CHECK(found[key].type() == expected[key].type());
        if (expected[key].is_array() && key.starts_with("ownership")) CHECK(found[key].size() == expected[key].size());
    }
    CHECK(found["winrate"].get<double>() >= 0);
    CHECK(found["winrate"].get<double>() <= 1);
    CHECK(found["pv"][0] == found["move"]);
    if (found.contains("pvVisits")) CHECK(found["pvVisits"].size() == found["pv"].size());
}

void compare_searches(const json& expected, const json& found) {
    const json& infos = found["moveInfos"];
    CHECK(infos.empty() == expected["moveInfos"].empty());
    for (size_t i = 0; i < infos.size(); ++i) {
        CHECK(infos[i]["order"] == i);
        check_move_info(expected["moveInfos"][0], infos[i]);
    }
}

void compare_results(const json& expected, const json& found) {
    CHECK(keys_of(found) == keys_of(expected));
    CHECK(keys_of(found["rootInfo"]) == keys_of(expected["rootInfo"]));
    const bool one_visit = expected["rootInfo"]["visits"] == 1;
    for (const auto& [key, value] : expected["rootInfo"].items()) {
        const json& own = found["rootInfo"][key];
        const bool exact = one_visit || key.starts_with("raw") || key == "visits" || key == "currentPlayer";
        if (exact)
            check_value(key, value, own);
        else
            CHECK(own.type() == value.type());
    }
    for (const auto& [key, value] : expected.items()) {
        if (key == "rootInfo" || key == "moveInfos") continue;
        if (one_visit || key == "policy" || !value.is_array())
            check_value(key, value, found[key]);
        else
            CHECK(found[key].size() == value.size());
    }
    compare_searches(expected, found);
}

// What depends on the build, or is the JSON library's own wording.
json comparable(json reply) {
    if (reply.contains("models"))
        for (json& model : reply["models"])
            for (const char* key : {"maxBatchSize", "usingFP16", "name"}) model.erase(key);
    if (reply.value("error", "").starts_with("[json.exception")) {
        const std::string text = reply["error"];
        reply["error"] = text.substr(text.find(" - could not parse"));
    }
    return reply;
}

void compare_exchange(const std::string& name) {
    CAPTURE(name);
    // The transcripts' messages show that there was an override on the command line.
    Host host(analysis_host::real_model(), "homeDataDir=/dev/null/home",
              read_file(golden::find("analysis/analysis.cfg")));
    std::istringstream requests(read_file(golden::find("analysis/" + name + ".in")));
    for (std::string line; std::getline(requests, line);) host.send_line(line);
    host.session->finish();

    const std::vector<json> expected = lines_of(name + ".out");
    std::vector<json> found = host.replies.all();
    CHECK(found.size() == expected.size());
    CHECK(host.replies.writes() == found.size());
    for (const json& wanted : expected) {
        CAPTURE(wanted.dump().substr(0, 200));
        const auto same = std::find_if(found.begin(), found.end(), [&](const json& reply) {
            if (!is_result(wanted)) return comparable(reply) == comparable(wanted);
            return is_result(reply) && reply["id"] == wanted["id"] && reply["turnNumber"] == wanted["turnNumber"];
        });
        REQUIRE(same != found.end());
        if (is_result(wanted)) compare_results(wanted, *same);
        found.erase(same);
    }
}

}  // namespace

TEST_CASE("analysis: the reference's exchanges have its errors, warnings, fields and network values") {
    if (analysis_host::real_model().empty() || golden::find("analysis/analysis.cfg").empty()) return;
    for (const char* name : {"01-one-visit", "02-several-turns", "03-missing-and-unknown-fields", "04-bad-json",
                             "05-bad-values", "06-bad-moves", "07-initial-stones", "08-rectangular", "09-rules-objects",
                             "10-actions", "11-include-flags", "12-perspective-and-settings", "13-allow-and-avoid",
                             "14-hundred-visits", "15-game-over", "16-turn-priorities-and-ids"})
        compare_exchange(name);
}

TEST_CASE("analysis: results of one turn after the other come in the order of their priorities") {
    if (analysis_host::real_model().empty() || golden::find("analysis/analysis.cfg").empty()) return;
    // One thread is busy with the first query while the second is queued as a whole.
    Host host(analysis_host::real_model());
    host.send(analysis_host::query("first", 200));
    json query = analysis_host::query("turns", 1);
    query["analyzeTurns"] = {2, 0, 1, 0};
    query["priorities"] = {1, 9, 5, 3};
    host.send(query);
    host.session->finish();
    std::vector<int> order;
    for (const json& reply : host.replies.of("turns")) order.push_back(reply["turnNumber"]);
    CHECK(order == std::vector<int>{1, 0, 2});
}
