// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/hash.h"
#include "game/point.h"

namespace katago {

// Averages of a node. From White's view: win rates in [0, 1], scores in points.
struct NodeValues {
    int64_t visits = 0;
    double weight = 0;
    double win_loss = 0;  // -1 to 1: P(White wins) - P(Black wins)
    double no_result = 0;
    double score_mean = 0;
    double score_stdev = 0;
    double lead = 0;
    double utility = 0;

    double winrate() const { return 0.5 * (1 + win_loss); }
};

// Ownership of every point, row by row from the top, averaged over a tree; 1 White's, -1 Black's.
struct Ownership {
    std::vector<double> mean;
    std::vector<double> stdev;

    bool empty() const { return mean.empty(); }
};

// A candidate move at the root. White's view.
struct AnalysisMove {
    Point move = kNullPoint;
    int order = 0;
    NodeValues values;        // of the child's node: what every path to it has brought
    int64_t edge_visits = 0;  // through the root's edge to it
    double edge_weight = 0;
    double prior = 0;                   // the root's policy, with noise and temperature if any
    std::optional<double> human_prior;  // where a network that imitates people was asked
    double lcb = 0;                     // of the win rate; not clamped
    double utility_lcb = 0;
    double radius = 0;  // of the utility's confidence interval
    double play_selection_value = 0;
    // Filled in for copies by symmetry: the move that was searched, and the symmetry that leads from it to this one.
    Point symmetry_of = kNullPoint;
    int symmetry = 0;
    std::vector<Point> pv;  // starts with `move`
    std::vector<int64_t> pv_visits;
    std::vector<int64_t> pv_edge_visits;
    Ownership ownership;  // empty unless asked for
};

// What a network that imitates people says of the root. White's view.
struct HumanRootInfo {
    double winrate = 0;
    double score_mean = 0;
    double score_stdev = 0;
    double shortterm_winloss_error = -1;
    double shortterm_score_error = -1;
};

// The root of a search. White's view; raw values are the network's own, -1 where it does not know them.
struct RootInfo {
    Player player = Color::Black;  // to move
    NodeValues values;             // averages without the moves that are not worth it; visits and weight plain
    double raw_winrate = 0;
    double raw_lead = 0;
    double raw_score_mean = 0;
    double raw_score_stdev = 0;
    double raw_no_result = 0;
    double raw_shortterm_winloss_error = -1;  // of win - loss, twice that of a win rate
    double raw_shortterm_score_error = -1;
    double raw_var_time_left = -1;
    std::optional<HumanRootInfo> human;
    Hash128 this_hash;  // of the situation; and the smallest over the symmetries
    Hash128 symmetric_hash;
};

struct ReportOptions {
    int pv_length = 13;           // further moves after the first
    int min_moves = 0;            // fill up with the likeliest moves not searched
    bool symmetry_copies = true;  // list moves left out as symmetric to others
    bool ownership = false;
    bool ownership_stdev = false;
    bool moves_ownership = false;
    bool moves_ownership_stdev = false;
};

// What a search, running or not, says of its position.
struct Report {
    bool has_root = false;  // false: nothing was evaluated yet, all else is empty
    RootInfo root;
    std::vector<AnalysisMove> moves;  // best first
    Ownership ownership;
    std::vector<float> policy;        // the network's, [height * width + 1] from the top, pass last; -1: illegal
    std::vector<float> human_policy;  // the same of the network that imitates people; empty: not asked
};

}  // namespace katago
