// SPDX-License-Identifier: MIT
#include "engine/thread_counts.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/machine.h"
#include "engine/speed/thread_search.h"
#include "eval/batching/batch_stub.h"

using namespace katago;

namespace {

ThreadCounts counts_of(int best_batch, const EvaluatorOptions& options) {
    batch_stub::Record record;
    const auto model = std::make_shared<batch_stub::StubModel>(record, best_batch);
    return ThreadCounts::of(*make_evaluator(batch_stub::info(), 0, model, options));
}

}  // namespace

TEST_CASE("thread counts: where each thread evaluates by itself, the cores bound them all") {
    const int cores = usable_cores();
    for (const ThreadCounts& counts :
         {ThreadCounts(), counts_of(1, {}), counts_of(32, {.batching = false}), counts_of(1, {.max_batch = 16})}) {
        CHECK(counts.useful == cores);
        CHECK(counts.usual == std::min(cores, 4));
        CHECK(counts.most == cores);
        CHECK_FALSE(counts.share_batches);
        CHECK(thread_candidates(counts) == thread_candidates(cores));
    }
}

TEST_CASE("thread counts: where threads share batches, there are twice as many as a batch has rows, at most 64") {
    const auto usual = [](int best_batch, const EvaluatorOptions& options) {
        const ThreadCounts counts = counts_of(best_batch, options);
        CHECK(counts.share_batches);
        CHECK(counts.useful == counts.usual);
        CHECK(counts.most == kMostSearchThreads);
        return counts.usual;
    };
    CHECK(usual(8, {}) == 16);
    CHECK(usual(32, {}) == 64);
    CHECK(usual(128, {}) == 64);
    CHECK(usual(32, {.max_batch = 4}) == 8);
    CHECK(usual(1, {.batching = true, .max_batch = 16}) == 32);
    CHECK(thread_candidates(counts_of(8, {})) == std::vector<int>{1, 2, 4, 8, 16, 32});
    CHECK(thread_candidates(counts_of(3, {})) == std::vector<int>{1, 2, 4, 8});
}
