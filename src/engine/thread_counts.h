// SPDX-License-Identifier: MIT
#pragma once

#include "eval/evaluator.h"

namespace katago {

// How many threads suit the way in which positions are evaluated, whatever they work for: one search, searches of
// several positions or games. A value.
struct ThreadCounts {
    // More of them, all together, only wait for each other: as many as cores where each evaluates by itself. Where they
    // share batches, twice the largest one, so that the next is there when one is done, but at most 64.
    int useful = 1;
    // Of one search where the configuration does not say: useful ones, but where each takes a core of its own at most
    // 4, so that a small board keeps responsive and a big machine is not taken over unasked.
    int usual = 1;
    // Of one search at all: a configuration that wants more is cut down. No limit where threads share batches.
    int most = 1;
    bool share_batches = false;

    // Where each thread evaluates by itself: what is known of a configuration without a network.
    ThreadCounts();
    static ThreadCounts of(const Evaluator& evaluator);
};

// KataGo's limit of numSearchThreads.
constexpr int kMostSearchThreads = 4096;

}  // namespace katago
