// SPDX-License-Identifier: MIT
#include "engine/speed/thread_search.h"

#include <doctest/doctest.h>

#include "count_of.h"

using namespace katago;

namespace {

SearchSpeed speed_of(int threads, double visits_per_second) {
    SearchSpeed speed;
    speed.threads = threads;
    speed.seconds = 1;
    speed.visits = static_cast<int64_t>(visits_per_second);
    return speed;
}

}  // namespace

TEST_CASE("thread search: thread counts to try are 1, 3, 5 times a power of two and the cores") {
    CHECK(thread_candidates(1) == std::vector<int>{1});
    CHECK(thread_candidates(4) == std::vector<int>{1, 2, 3, 4});
    CHECK(thread_candidates(14) == std::vector<int>{1, 2, 3, 4, 5, 6, 8, 10, 12, 14});
}

TEST_CASE("thread search: the search for threads finds the peak and measures none twice") {
    const std::vector<int> candidates = thread_candidates(64);
    for (const int best : candidates) {
        std::vector<int> tested;
        const auto speeds = search_threads(candidates, 5, [&](int threads) {
            tested.push_back(threads);
            return speed_of(threads, threads <= best ? 1000.0 * threads : 1000.0 * best / threads);
        });
        CHECK(speeds[best_of(speeds, 5)].threads == best);
        CHECK(speeds.size() == tested.size());
        CHECK(tested.size() < candidates.size());
        CHECK(std::is_sorted(speeds.begin(), speeds.end(),
                             [](const auto& a, const auto& b) { return a.threads < b.threads; }));
    }
}

TEST_CASE("thread search: one line is recommended, in the shape that scripts look for") {
    const std::vector<SearchSpeed> speeds = {speed_of(2, 100), speed_of(4, 180), speed_of(12, 150)};
    const std::string text = comparison_text(speeds, 5);
    CHECK(text.find("if you intend to do a 5 second search: \nnumSearchThreads =  2: (baseline)\n") !=
          std::string::npos);
    CHECK(text.find("\nnumSearchThreads =  4:  +") != std::string::npos);
    CHECK(text.find(" Elo (recommended)\nnumSearchThreads = 12:") != std::string::npos);
    CHECK(count_of(text, "(recommended)") == 1);
}
