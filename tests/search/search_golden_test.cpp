// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "backend/registry.h"
#include "game/recipe.h"
#include "golden.h"
#include "nn/model_file.h"
#include "search/search.h"

// Searches of the reference engine without noise. Small differences of a float can change a visit and from there all
// the rest, so what is compared is how far results are apart on average; between repeats of the reference itself, with
// noise and 200 visits, win rates differ by 0.0025 (at most 0.033), leads by 0.09 (0.91), and 93 % of best moves agree.

using namespace katago;

namespace {

constexpr double kMeanWinrateDifference = 0.006;
constexpr double kLargestWinrateDifference = 0.06;
constexpr double kMeanLeadDifference = 0.25;
constexpr double kSmallestAgreement = 0.8;
constexpr double kRawTolerance = 2e-4;

struct Differences {
    std::vector<double> winrate, lead, first_visits;
    int same_best = 0;

    static double mean(const std::vector<double>& values) {
        double sum = 0;
        for (const double value : values) sum += value;
        return sum / static_cast<double>(values.size());
    }
    double agreement() const { return same_best / static_cast<double>(winrate.size()); }
};

// The analysis engine counts black moves in a row as handicap and keeps games out of the cleanup phases.
BoardHistory position_of(const nlohmann::json& row) {
    nlohmann::json recipe_row = row.at("position");
    recipe_row["handicapMoves"] = true;
    recipe_row["preventEncore"] = true;
    recipe_row["passAliveUnderSuicide"] = false;
    return recipe::game_of(recipe_row);
}

const nlohmann::json& run_of(const nlohmann::json& row, int visits) {
    for (const auto& run : row.at("runs"))
        if (run.at("maxVisits") == visits && run.at("wideRootNoise") == 0.0) return run;
    throw std::runtime_error("no such run");
}

void compare(Search& search, const nlohmann::json& row, int visits, Differences& differences) {
    SearchParams params = SearchParams::for_analysis();
    params.wide_root_noise = 0;
    params.max_visits = visits;
    search.set_params(params);
    search.set_position(position_of(row));
    search.run({});
    const Report report = search.report({});
    const nlohmann::json& run = run_of(row, visits);
    const nlohmann::json& root = run.at("rootInfo");
    INFO(row.at("position").at("id").get<std::string>(), " ", visits, " visits");
    CHECK(report.root.values.visits == root.at("visits").get<int64_t>());
    CHECK(std::abs(1 - report.root.raw_winrate - root.at("rawWinrate").get<double>()) < kRawTolerance);
    differences.winrate.push_back(std::abs(1 - report.root.values.winrate() - root.at("winrate").get<double>()));
    differences.lead.push_back(std::abs(-report.root.values.lead - root.at("scoreLead").get<double>()));
    if (!run.at("moveInfos").empty()) {
        const auto& best = run.at("moveInfos").at(0);
        const Point move = recipe::point_of(best.at("move").get<std::string>(), search.board().size());
        differences.same_best += report.moves.front().move == move;
    }
    if (std::getenv("KATAGO_GOLDEN_FULL"))
        MESSAGE(row.at("position").at("id").get<std::string>(), " ", visits, ": win rate ", differences.winrate.back(),
                ", lead ", differences.lead.back(), ", best ",
                vertex_text(report.moves.front().move, search.board().size()), " of ", report.moves.front().edge_visits,
                " for ", run.at("moveInfos").at(0).at("move").get<std::string>(), " of ",
                run.at("moveInfos").at(0).at("edgeVisits").get<int64_t>());
}

void check(const Differences& differences) {
    const double winrate = Differences::mean(differences.winrate);
    const double lead = Differences::mean(differences.lead);
    CAPTURE(winrate);
    CAPTURE(lead);
    CAPTURE(differences.agreement());
    if (std::getenv("KATAGO_GOLDEN_FULL"))
        MESSAGE("positions ", differences.winrate.size(), ", mean differences: win rate ", winrate, ", lead ", lead,
                "; largest: ", *std::max_element(differences.winrate.begin(), differences.winrate.end()), ", ",
                *std::max_element(differences.lead.begin(), differences.lead.end()), "; same best move ",
                differences.agreement());
    CHECK(winrate < kMeanWinrateDifference);
    CHECK(*std::max_element(differences.winrate.begin(), differences.winrate.end()) < kLargestWinrateDifference);
    CHECK(lead < kMeanLeadDifference);
    CHECK(differences.agreement() >= kSmallestAgreement);
}

}  // namespace

TEST_CASE("search golden: searches end where the reference's end") {
    const auto file = golden::find("search/b6c96.jsonl.gz");
    const auto model_file = golden::find("models/g170-b6c96-s175395328-d26788732.bin.gz");
    if (file.empty() || model_file.empty()) return;
    // KATAGO_GOLDEN_FULL: all positions, and 800 visits too. Else every eighth position.
    const bool full = std::getenv("KATAGO_GOLDEN_FULL") != nullptr;
    const Model model = read_model(model_file);
    Evaluator evaluator(model.info, model.graph->meta_channels(), find_backend("eigen").load(*model.graph),
                        {.cache_size_power_of_two = 14, .randomize_symmetry = false});
    Differences at_200, at_800;
    int index = 0;
    golden::for_each_row(file, [&](const nlohmann::json& row) {
        if (index++ % 8 != 1 && !full) return;
        Search search(evaluator, {}, 1);
        compare(search, row, 200, at_200);
        if (full) compare(search, row, 800, at_800);
        evaluator.clear_cache();
    });
    check(at_200);
    if (full) check(at_800);
}
