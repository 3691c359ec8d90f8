// SPDX-License-Identifier: MIT
// Searches with several threads, or asked and stopped by other threads.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include "core/thread.h"
#include "search/run/run.h"
#include "search/search.h"
#include "search/search_probe.h"
#include "search/stub_backend.h"

using namespace katago;
using namespace search_probe;

TEST_CASE("search: several threads make exactly as many visits as one") {
    const auto evaluator = stub::make_evaluator({.cache_size_power_of_two = 10});
    Search search(*evaluator, with_visits(600, 4), 3);
    search.set_position(stub::empty_board(7));
    const SearchResult result = search.run({});
    CHECK(result.playouts == 600);
    CHECK(root_visits(search) == 600);
    CHECK(edge_visits(search) == root_visits(search) - 1);
}

TEST_CASE("search: several threads come to an end where there is little or nothing to search") {
    constexpr int kThreads = 4;
    const std::vector<Point> none, pass = {kPass}, one = {point_at(1, 1)};
    struct Case {
        const char* name;
        int length;
        int passes = 0;                             // before the root
        const std::vector<Point>* black = nullptr;  // moves allowed; null: all
        const std::vector<Point>* white = nullptr;
        bool passing_hacks = false;
    };
    const Case cases[] = {{.name = "no move allowed", .length = 5, .black = &none, .white = &none},
                          {.name = "one move allowed", .length = 5, .black = &one},
                          {.name = "one line", .length = 5, .black = &pass, .white = &one},
                          {.name = "passes only", .length = 5, .black = &pass, .white = &pass},
                          {.name = "finished game", .length = 5, .passes = 2},
                          {.name = "finished game, no move allowed", .length = 5, .passes = 2, .black = &none},
                          {.name = "a pass ends the game", .length = 2, .passes = 1, .passing_hacks = true},
                          {.name = "one point", .length = 2, .white = &none, .passing_hacks = true},
                          {.name = "full tree", .length = 19}};
    for (const Case& scene : cases) {
        CAPTURE(scene.name);
        const auto evaluator = stub::make_evaluator({.cache_size_power_of_two = 8});
        SearchParams params = with_visits(1500, kThreads);
        params.max_tree_memory_mb = 1;
        params.enable_more_passing_hacks = scene.passing_hacks;
        Search search(*evaluator, params, 3);
        BoardHistory history = stub::empty_board(scene.length);
        for (int i = 0; i < scene.passes; ++i) history.make_move(kPass, history.next_player());
        search.set_position(history);
        if (scene.black) search.set_allow_moves(Color::Black, *scene.black, 1000);
        if (scene.white) search.set_allow_moves(Color::White, *scene.white, 1000);
        const SearchResult result = search.run({});
        CHECK(result.playouts == 1500);
        CHECK(root_visits(search) == 1500);
        // Nothing is left to do, and that is noticed at once.
        CHECK(search.run({}).playouts == 0);
    }
}

TEST_CASE("search: a run ends when its playouts come to nothing for ever") {
    const SearchContext context;
    const Tree tree;
    Run run(context, tree, SearchLimits::none(), {.start = std::chrono::steady_clock::now()});
    const int64_t most = Run::kMostFruitless * run.threads();
    const auto playouts = [&run](int64_t count, bool counting) {
        for (int64_t i = 0; i < count; ++i) {
            REQUIRE(run.begin_playout());
            run.end_playout(counting, /*seconds=*/0);
        }
    };
    playouts(most - 1, false);
    playouts(1, true);
    playouts(most, false);
    CHECK_FALSE(run.begin_playout());
    CHECK(run.stuck());
    CHECK(run.playouts() == 1);
}

TEST_CASE("search: threads join as the tree grows, so that few search blindly") {
    SearchContext context;
    context.params.num_threads = 16;
    const Tree tree;
    const auto useful_after = [&](int playouts) {
        Run run(context, tree, SearchLimits::none(), {.start = std::chrono::steady_clock::now()});
        for (int i = 0; i < playouts; ++i) {
            REQUIRE(run.begin_playout());
            run.end_playout(/*counts=*/true, /*seconds=*/0);
        }
        return run.useful_threads();
    };
    CHECK(useful_after(0) == 4);
    CHECK(useful_after(159) == 4);
    CHECK(useful_after(160) == 5);
    CHECK(useful_after(511) == 15);
    CHECK(useful_after(10'000) == 16);
    context.params.num_threads = 2;
    CHECK(useful_after(0) == 2);
}

TEST_CASE("search: can be asked anything while it runs, and stops when told") {
    const auto evaluator = stub::make_evaluator({.cache_size_power_of_two = 10});
    SearchParams params = with_visits(SearchParams::kUnlimitedVisits, 3);
    Search search(*evaluator, params, 3);
    search.set_position(stub::empty_board(7));
    search.set_ownership_wanted(true);
    std::atomic<int> reports{0};
    std::atomic<bool> ended{false};
    search.begin(SearchLimits::none(), {.first_report_after_s = 0.001,
                                        .report_every_s = 0.002,
                                        .on_report =
                                            [&](const Search& running) {
                                                ++reports;
                                                CHECK(running.report({.ownership = true}).has_root);
                                            },
                                        .on_done = [&](const Search&) { ended = true; }});
    CHECK(search.running());
    while (reports < 3) {
        const Report report = search.report({.moves_ownership = true});
        if (report.has_root && !report.moves.empty()) {
            CHECK(std::abs(report.root.values.win_loss) <= 1);
            // A move that is being evaluated for the first time has none yet.
            if (report.moves.front().edge_visits > 0) CHECK(report.moves.front().ownership.mean.size() == 49);
        }
        (void)search.tree_checksum();
        (void)search.play_selection_values();
    }
    const SearchResult result = search.stop();
    CHECK_FALSE(search.running());
    CHECK(ended);
    CHECK(root_visits(search) == result.playouts);
    CHECK(search.choose_move() != kNullPoint);
}

TEST_CASE("search: pondering, stopping, reusing the tree and asking go together") {
    const auto evaluator = stub::make_evaluator({.cache_size_power_of_two = 10});
    const auto human = stub::make_evaluator({.policy_spread = 5, .cache_size_power_of_two = 10});
    SearchParams params = with_visits(150, 3);
    params.human_root_explore_prob_weightless = 0.1;
    params.human_pla_explore_prob_weightful = 0.1;
    params.use_eval_cache = true;
    params.eval_cache_min_visits = 10;
    params.avoid_repeated_pattern_utility = 0.01;
    Search search(*evaluator, params, 3);
    search.set_human_evaluator(human.get());
    search.set_position(stub::empty_board(7));
    search.set_ownership_wanted(true);
    std::atomic<bool> done{false};
    const auto ask = [&] {
        while (!done) {
            const Report report = search.report({.ownership = true, .moves_ownership = true});
            if (report.has_root) CHECK(report.policy.size() == 50);
            (void)search.root_values();
            (void)search.pruned_root_values();
            (void)search.play_selection_values();
            (void)search.tree_ownership();
            (void)search.tree_checksum();
            (void)search.tree_bytes();
        }
    };
    Thread first(ask), second(ask);
    SearchLimits pondering;
    pondering.pondering = true;
    for (int move = 0; move < 8; ++move) {
        search.run({});
        const Point chosen = search.choose_move();
        REQUIRE(search.make_move(chosen, search.player()));
        search.begin(pondering);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        search.stop();
        const Report report = search.report({});
        const Point answer = report.has_root && !report.moves.empty() ? report.moves.back().move : kPass;
        REQUIRE(search.make_move(answer, search.player()));
    }
    done = true;
    first.join();
    second.join();
}

TEST_CASE("search: stops after the evaluation that it is in") {
    constexpr double kEvaluation_s = 0.03;
    const auto evaluator = stub::make_evaluator({.seconds = kEvaluation_s});
    Search search(*evaluator, with_visits(SearchParams::kUnlimitedVisits, 2), 3);
    search.set_position(stub::empty_board(7));
    search.begin(SearchLimits::none());
    while (root_visits(search) < 4) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const int64_t visits = root_visits(search);
    search.stop();
    // What was under way is finished, and nothing is begun. How long that takes is no criterion of a test.
    CHECK(root_visits(search) <= visits + 4);
}

TEST_CASE("search: begins no playout that may end after the clock") {
    constexpr double kEvaluation_s = 0.1;
    const auto evaluator = stub::make_evaluator({.seconds = kEvaluation_s});
    Search search(*evaluator, with_visits(SearchParams::kUnlimitedVisits), 3);
    search.set_position(stub::empty_board(7));
    SearchLimits limits;
    limits.clock = TimeControl::byo_yomi(0, 3.5 * kEvaluation_s, 1);
    // The root and two leaves; a busy machine has time for fewer, never for more.
    CHECK(search.run(limits).playouts <= 3);
    limits.time_share = 0.5;
    search.clear();
    CHECK(search.run(limits).playouts <= 2);
}
