// SPDX-License-Identifier: MIT
#include "engine/thread_counts.h"

#include <algorithm>

#include "core/machine.h"

namespace katago {

namespace {

constexpr int kMostUsual = 4;
// Beyond these the search loses more by looking at worse moves than a device gains by larger batches.
constexpr int kMostForBatches = 64;

}  // namespace

ThreadCounts::ThreadCounts() : useful(usable_cores()), usual(std::min(useful, kMostUsual)), most(useful) {}

ThreadCounts ThreadCounts::of(const Evaluator& evaluator) {
    ThreadCounts counts;
    if (evaluator.max_batch() <= 1) return counts;
    counts.useful = counts.usual = std::min(2 * evaluator.max_batch(), kMostForBatches);
    counts.most = kMostSearchThreads;
    counts.share_batches = true;
    return counts;
}

}  // namespace katago
