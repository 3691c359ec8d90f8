// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "backend/registry.h"
#include "eval/inline_evaluator.h"
#include "game/recipe.h"
#include "golden.h"
#include "nn/format/model_file.h"
#include "search/search.h"

// Searches of the reference engine without noise. Small differences of a float can change a visit and from there all
// the rest, so what is compared is how far results are apart on average. Its own repeats, with noise, differ by 0.0025
// in win rate and 0.09 points of lead at 200 visits.

using namespace katago;

namespace {

// The bounds that a search of equal strength has to keep on average over all positions.
constexpr double kMeanWinrateDifference = 0.010;
constexpr double kMeanLeadDifference = 0.4;
constexpr double kSmallestAgreement = 0.92;  // of best moves, where the reference agrees with itself
constexpr double kSmallestCorrelation = 0.96;
constexpr int kEnoughPositions = 13;
constexpr double kRawTolerance = 2e-4;

using VisitCounts = std::map<Point, double>;

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

// Pearson's correlation of visits over the moves that either side lists among its best ten.
double correlation(const VisitCounts& a, const VisitCounts& b) {
    std::set<Point> moves;
    for (const VisitCounts* counts : {&a, &b})
        for (const auto& [move, visits] : *counts) moves.insert(move);
    const auto visits_in = [](const VisitCounts& counts, Point move) {
        const auto found = counts.find(move);
        return found == counts.end() ? 0.0 : found->second;
    };
    std::vector<double> x, y;
    for (const Point move : moves) {
        x.push_back(visits_in(a, move));
        y.push_back(visits_in(b, move));
    }
    const double mean_x = mean(x), mean_y = mean(y);
    double xy = 0, xx = 0, yy = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        xy += (x[i] - mean_x) * (y[i] - mean_y);
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
    }
    return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 1;
}

struct Differences {
    std::vector<double> winrate, lead, correlations, own_correlations;
    int stable = 0, same_where_stable = 0, same = 0;

    double agreement() const { return stable ? static_cast<double>(same_where_stable) / stable : 1; }
};

// The analysis engine counts black moves in a row as handicap and keeps games out of the cleanup phases.
BoardHistory position_of(const nlohmann::json& row, bool pass_alive_under_suicide) {
    nlohmann::json recipe_row = row.at("position");
    recipe_row["handicapMoves"] = true;
    recipe_row["preventEncore"] = true;
    recipe_row["passAliveUnderSuicide"] = pass_alive_under_suicide;
    return recipe::game_of(recipe_row);
}

// The reference's runs of so many visits: the one without noise, and those with it.
struct ReferenceRuns {
    const nlohmann::json* exact = nullptr;
    std::vector<const nlohmann::json*> noisy;

    // Every run chose the same move.
    bool stable() const {
        return std::all_of(noisy.begin(), noisy.end(), [&](const nlohmann::json* run) {
            return run->at("moveInfos").at(0).at("move") == exact->at("moveInfos").at(0).at("move");
        });
    }
};

ReferenceRuns runs_of(const nlohmann::json& row, int visits) {
    ReferenceRuns runs;
    for (const auto& run : row.at("runs")) {
        if (run.at("maxVisits") != visits) continue;
        if (run.at("wideRootNoise") == 0.0)
            runs.exact = &run;
        else
            runs.noisy.push_back(&run);
    }
    return runs;
}

VisitCounts visits_of(const nlohmann::json& run, BoardSize size) {
    VisitCounts counts;
    for (const auto& info : run.at("moveInfos"))
        counts[recipe::point_of(info.at("move").get<std::string>(), size)] = info.at("edgeVisits").get<double>();
    return counts;
}

VisitCounts visits_of(const Report& report) {
    VisitCounts counts;
    for (size_t i = 0; i < std::min<size_t>(10, report.moves.size()); ++i)
        counts[report.moves[i].move] = static_cast<double>(report.moves[i].edge_visits);
    return counts;
}

void compare(Search& search, const nlohmann::json& row, int visits, Differences& differences) {
    const ReferenceRuns runs = runs_of(row, visits);
    REQUIRE(runs.exact);
    SearchParams params = SearchParams::for_analysis();
    params.wide_root_noise = 0;
    params.max_visits = visits;
    search.set_params(params);
    search.run({});
    const Report report = search.report({});
    const BoardSize size = search.board().size();
    const nlohmann::json& root = runs.exact->at("rootInfo");
    const std::string id = row.at("position").at("id").get<std::string>();
    INFO(id, " ", visits, " visits");
    CHECK(report.root.values.visits == root.at("visits").get<int64_t>());
    CHECK(std::abs(1 - report.root.raw_winrate - root.at("rawWinrate").get<double>()) < kRawTolerance);
    differences.winrate.push_back(std::abs(1 - report.root.values.winrate() - root.at("winrate").get<double>()));
    differences.lead.push_back(std::abs(-report.root.values.lead - root.at("scoreLead").get<double>()));
    if (runs.exact->at("moveInfos").empty()) return;
    const auto& best = runs.exact->at("moveInfos").at(0);
    const bool same = report.moves.front().move == recipe::point_of(best.at("move").get<std::string>(), size);
    differences.same += same;
    differences.stable += runs.stable();
    differences.same_where_stable += same && runs.stable();
    differences.correlations.push_back(correlation(visits_of(report), visits_of(*runs.exact, size)));
    if (runs.noisy.size() > 1)
        differences.own_correlations.push_back(
            correlation(visits_of(*runs.noisy[0], size), visits_of(*runs.noisy[1], size)));
    if (std::getenv("KATAGO_GOLDEN_FULL"))
        MESSAGE(id, " ", visits, ": win rate ", differences.winrate.back(), ", lead ", differences.lead.back(),
                ", correlation ", differences.correlations.back(), ", best ",
                vertex_text(report.moves.front().move, size), " of ", report.moves.front().edge_visits, " for ",
                best.at("move").get<std::string>(), " of ", best.at("edgeVisits").get<int64_t>(),
                std::string(runs.stable() ? "" : ", not stable"));
}

void check(const Differences& differences, const std::string& model, int visits) {
    const double winrate = mean(differences.winrate);
    const double lead = mean(differences.lead);
    const double correlated = mean(differences.correlations);
    INFO(model, ", ", visits, " visits");
    CAPTURE(winrate);
    CAPTURE(lead);
    CAPTURE(correlated);
    CAPTURE(differences.agreement());
    if (std::getenv("KATAGO_GOLDEN_FULL"))
        MESSAGE("TABLE ", model, ", ", visits, " visits, ", differences.winrate.size(),
                " positions: mean differences: win rate ", winrate, ", lead ", lead, "; largest ",
                *std::max_element(differences.winrate.begin(), differences.winrate.end()), ", ",
                *std::max_element(differences.lead.begin(), differences.lead.end()), "; correlation of visits ",
                correlated, " (the reference with itself, with noise: ", mean(differences.own_correlations),
                "); same best move ", differences.same, ", where the reference is stable ",
                differences.same_where_stable, " of ", differences.stable);
    CHECK(winrate < kMeanWinrateDifference);
    CHECK(lead < kMeanLeadDifference);
    CHECK(correlated > kSmallestCorrelation);
    // Of so few positions one near tie would be too much: these are looked at together.
    if (differences.stable >= kEnoughPositions) CHECK(differences.agreement() >= kSmallestAgreement);
}

// Searches every `step`th position with each number of visits.
std::map<int, Differences> compare_with_reference(const char* searches, const char* model_name,
                                                  const std::vector<int>& visit_counts, int step) {
    const auto file = golden::find(searches);
    const auto model_file = golden::find(model_name);
    if (file.empty() || model_file.empty()) return {};
    const Model model = read_model(model_file);
    InlineEvaluator evaluator(model.info, model.graph->meta_channels(), find_backend("cpu").load(*model.graph),
                              {.cache_size_power_of_two = 14, .randomize_symmetry = false});
    std::map<int, Differences> differences;
    int index = 0;
    golden::for_each_row(file, [&](const nlohmann::json& row) {
        if (index++ % step != step / 8) return;
        Search search(evaluator, {}, 1);
        for (const int visits : visit_counts) {
            search.set_position(position_of(row, model.info.pass_alive_under_suicide));
            compare(search, row, visits, differences[visits]);
        }
        evaluator.clear_cache();
    });
    for (const int visits : visit_counts) check(differences[visits], model.info.name, visits);
    return differences;
}

}  // namespace

TEST_CASE("search golden: searches end where the reference's end") {
    // KATAGO_GOLDEN_FULL: all positions, and 800 visits too. Else every eighth position.
    const bool full = std::getenv("KATAGO_GOLDEN_FULL") != nullptr;
    compare_with_reference("search/b6c96.jsonl.gz", "models/g170-b6c96-s175395328-d26788732.bin.gz",
                           full ? std::vector<int>{200, 800} : std::vector<int>{200}, full ? 1 : 8);
}

TEST_CASE("search golden: searches with uncertainty and optimism end where the reference's end") {
    if (!std::getenv("KATAGO_GOLDEN_FULL")) return;  // minutes
    const Differences convolutional = compare_with_reference(
        "search/b18c384nbt.jsonl.gz", "models/kata1-b18c384nbt-s9996604416-d4316597426.bin.gz", {200}, 1)[200];
    const Differences transformer =
        compare_with_reference("search/b10c384h6nbttflrs.jsonl.gz", "models/b10c384h6nbttflrs.bin.gz", {200}, 1)[200];
    const int stable = convolutional.stable + transformer.stable;
    CHECK(convolutional.same_where_stable + transformer.same_where_stable >= kSmallestAgreement * stable);
}
