// SPDX-License-Identifier: MIT
// Searches whose threads share the batches of a device.
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <vector>

#include "search/search.h"
#include "search/search_probe.h"
#include "search/stub_backend.h"

using namespace katago;
using namespace search_probe;

namespace {

constexpr int kThreads = 32;
constexpr double kRun_s = 0.02;  // much longer than all threads need for the tree, also under a sanitizer

double mean_batch(const Evaluator& evaluator) {
    const EvaluatorStats stats = evaluator.stats();
    return static_cast<double>(stats.evaluations) / static_cast<double>(stats.batches);
}

}  // namespace

TEST_CASE("search: threads that share batches fill them, and make exactly as many visits as one") {
    for (const float spread : {2.0f, 40.0f}) {
        CAPTURE(spread);
        const auto evaluator = stub::make_evaluator({.seconds = kRun_s, .policy_spread = spread, .best_batch = 32});
        Search search(*evaluator, with_visits(2000, kThreads), 3);
        search.set_position(stub::empty_board(9));
        CHECK(search.run({}).playouts == 2000);
        CHECK(root_visits(search) == 2000);
        CHECK(edge_visits(search) == root_visits(search) - 1);
        CHECK(mean_batch(*evaluator) > (spread < 10 ? 5 : 3));  // few threads at first, as the tree is small
        // Threads that want a leaf which another one is having evaluated wait for that.
        CHECK(evaluator->stats().evaluations <= 2001);
    }
}

TEST_CASE("search: threads that share batches come to an end where all of them want the same evaluation") {
    const auto evaluator = stub::make_evaluator({.seconds = 0.0005, .best_batch = 32});
    const std::vector<Point> pass = {kPass}, one = {point_at(1, 1)};
    Search search(*evaluator, with_visits(200, kThreads), 3);
    search.set_position(stub::empty_board(5));
    search.set_allow_moves(Color::Black, pass, 1000);
    search.set_allow_moves(Color::White, one, 1000);
    CHECK(search.run({}).playouts == 200);
    CHECK(root_visits(search) == 200);
}

TEST_CASE("search: goes on with the fallback when the device fails in the middle, and fails where there is none") {
    std::atomic<int> loads = 0;
    const EvalFallback fallback = {.load =
                                       [&loads] {
                                           ++loads;
                                           return std::make_shared<stub::StubModel>(stub::Options{});
                                       },
                                   .log = [](const std::string&) {}};
    const auto evaluator = stub::make_evaluator({.fail_after = 20, .best_batch = 32, .fallback = fallback});
    Search search(*evaluator, with_visits(2000, kThreads), 3);
    search.set_position(stub::empty_board(9));
    CHECK(search.run({}).playouts == 2000);
    CHECK(root_visits(search) == 2000);
    CHECK(edge_visits(search) == root_visits(search) - 1);
    CHECK(loads == 1);

    const auto alone = stub::make_evaluator({.fail_after = 20, .best_batch = 32});
    Search failing(*alone, with_visits(2000, kThreads), 3);
    failing.set_position(stub::empty_board(9));
    CHECK_THROWS_WITH_AS(failing.run({}), "stub: as was asked for", BackendError);
}
