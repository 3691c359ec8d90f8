// SPDX-License-Identifier: MIT
#include "eval/agreement.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "backend/registry.h"
#include "eval/inline_evaluator.h"
#include "game/rules.h"
#include "game/sgf.h"
#include "golden.h"
#include "nn/format/model_file.h"

using namespace katago;

namespace {

Evaluation evaluation(std::vector<float> policy, float win, float lead) {
    Evaluation e;
    e.policy = std::move(policy);
    e.white_win = win, e.white_loss = 1 - win, e.white_lead = lead;
    return e;
}

bool all_positions_wanted() {
    return std::getenv("KATAGO_GOLDEN_FULL") != nullptr;
}

// Positions of all phases and sizes: `per_game` of each record of a folder.
void add_positions(const std::string& folder, size_t per_game, std::vector<BoardHistory>& positions) {
    const auto path = golden::find(folder);
    if (path.empty()) return;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path))
        if (entry.path().extension() == ".sgf") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        const SgfGame game = load_sgf_game(file);
        const Rules rules = game.rules_or(Rules{});
        for (size_t i = 0; i < per_game; ++i)
            positions.push_back(replay(game, rules, (2 * i + 1) * game.moves.size() / (2 * per_game)));
    }
}

// What a user of the default plan may lose; figures of issue 6.
struct Bounds {
    double top1, mean_kl, mean_winrate, p99_winrate;
};
constexpr Bounds kBigNetworks = {0.992, 3e-5, 0.0004, 0.004};
constexpr Bounds kSmallTransformers = {0.98, 1e-4, 0.001, 0.01};

void check_auto(const std::string& name, const Bounds& bounds, size_t few) {
    const auto file = golden::find("models/" + name + ".bin.gz");
    std::vector<BoardHistory> positions;
    add_positions("games", 7, positions);
    add_positions("games-b18", 12, positions);
    if (file.empty() || positions.empty()) return;
    if (!all_positions_wanted()) {
        const size_t stride = std::max<size_t>(1, positions.size() / few);
        std::vector<BoardHistory> kept;
        for (size_t i = 0; i < positions.size(); i += stride) kept.push_back(positions[i]);
        positions = std::move(kept);
    }
    const Model model = read_model(file);
    const Backend& backend = find_backend("cpu");
    LoadOptions options;
    options.precision = Precision::Auto;
    EvaluatorOptions evaluator_options;
    evaluator_options.cache_size_power_of_two = -1;
    const int meta = model.graph->meta_channels();
    InlineEvaluator exact(model.info, meta, backend.load(*model.graph), evaluator_options);
    InlineEvaluator fast(model.info, meta, backend.load(*model.graph, options), evaluator_options);
    const Agreement agreement = summarize(compare_positions(exact, fast, positions, {.threads = 2, .progress = {}}));
    std::fprintf(stderr, "auto %-45s %s, ownership %.5f\n", name.c_str(), describe(agreement).c_str(),
                 agreement.mean_ownership_error);
    // One move among a few positions is more than the share that may change.
    const double one_move = 1.0 / agreement.positions;
    CHECK(agreement.top1 >= bounds.top1 - (all_positions_wanted() ? 0 : one_move));
    CHECK(agreement.mean_kl <= bounds.mean_kl);
    CHECK(agreement.mean_winrate_error <= bounds.mean_winrate);
    CHECK(agreement.p99_winrate_error <= bounds.p99_winrate);
}

}  // namespace

TEST_CASE("agreement: equal evaluations agree in everything") {
    const Evaluation e = evaluation({0.5f, -1, 0.3f, 0.2f}, 0.6f, 3);
    const std::vector<Difference> differences = {compare(e, e)};
    const Agreement a = summarize(differences);
    CHECK(a.positions == 1);
    CHECK(a.top1 == 1);
    CHECK(a.max_kl < 1e-7);
    CHECK(a.p99_winrate_error == 0);
}

TEST_CASE("agreement: measures other moves, probabilities, win rates and leads") {
    Evaluation right = evaluation({0.5f, 0.25f, 0.25f}, 0.6f, 3), found = evaluation({0.25f, 0.5f, 0.25f}, 0.5f, 1);
    right.white_ownership = {1, -1}, found.white_ownership = {0.9f, -0.7f};
    const Evaluation same = evaluation({1, 0, -1}, 0.5f, 0);
    const std::vector<Difference> differences = {compare(right, found), compare(same, same)};
    CHECK(differences[0].right_winrate == doctest::Approx(0.6));
    CHECK(differences[0].found_score == 1);
    const Agreement a = summarize(differences);
    CHECK(a.positions == 2);
    CHECK(a.top1 == 0.5);
    CHECK(a.top5 == 1);
    CHECK(a.max_kl == doctest::Approx(0.25 * 0.6931472));
    CHECK(a.p99_kl == a.max_kl);
    CHECK(a.mean_kl == doctest::Approx(0.125 * 0.6931472));
    CHECK(a.mean_winrate_error == doctest::Approx(0.05));
    CHECK(a.p99_score_error == doctest::Approx(2));
    CHECK(a.mean_ownership_error == doctest::Approx(0.1));
    CHECK(describe(a).find("top-1 50.00 %") == 0);
}

TEST_CASE("agreement: the best move is lost when five others are more likely") {
    const Evaluation right = evaluation({0.5f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f}, 0.5f, 0);
    const Difference fifth = compare(right, evaluation({0.15f, 0.2f, 0.2f, 0.2f, 0.2f, 0.05f}, 0.5f, 0));
    CHECK(!fifth.same_best);
    CHECK(fifth.best_in_five);
    const Difference sixth = compare(right, evaluation({0.1f, 0.18f, 0.18f, 0.18f, 0.18f, 0.18f}, 0.5f, 0));
    CHECK(!sixth.best_in_five);
}

TEST_CASE("agreement: auto plans keep what FP32 plans say of real games") {
    check_auto("g170-b6c96-s175395328-d26788732", kBigNetworks, 150);
    check_auto("b7c96h3tfrs-test5-cnorm", kSmallTransformers, 25);
    check_auto("b7c96h6kv3qk32v16tflrs-fson-bnh", kSmallTransformers, 25);
}

TEST_CASE("agreement: auto plans of big networks keep what FP32 plans say of real games") {
    if (!all_positions_wanted()) return;
    check_auto("kata1-b18c384nbt-s9996604416-d4316597426", kBigNetworks, 0);
    check_auto("b10c384h6nbttflrs", kBigNetworks, 0);
}
