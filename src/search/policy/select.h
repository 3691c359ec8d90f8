// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/rng.h"
#include "search/policy/context.h"
#include "search/policy/puct.h"
#include "search/tree/node.h"

namespace katago {

// The probability by which the human policy chooses at a node: for a visit that counts nowhere, and for one that does.
struct HumanRates {
    double weightless = 0, weightful = 0;
    bool operator==(const HumanRates&) const = default;
};
HumanRates human_rates(const SearchContext& context, const TreeNode& node);

// The move that a playout takes next.
struct Selection {
    Point move = kNullPoint;  // kNullPoint: there is none
    Edge* edge = nullptr;     // null: a new child
    bool counts = true;       // false: the visit is not counted, neither on the edge nor above it
    bool extra = false;       // true: nor towards the limits
};

// Where a playout is.
struct Standpoint {
    const TreeNode& node;
    const BoardHistory& history;  // ends there
    int depth = 0;                // below the root
    double visits_left = 1e30;    // that the run can make at most
    bool may_grow = true;         // false: only to nodes that are there
};

// Chooses moves by PUCT. Source: KataGo's child selection. One thread at a time has one.
class Selector {
  public:
    Selection select(const SearchContext& context, const Standpoint& at, Rng& rng);

  private:
    struct Known {
        Edge* edge;
        double prior;
        double weight;
    };
    struct Totals {
        double policy = 0;
        double weight = 0;
        double largest_weight = 0;
        int64_t visits = 0;
        bool has_pass = false, has_move = false;
    };
    struct Parent {
        NodeStats stats;
        double scaling = 0;
        double fpu = 0;
        double weight_per_visit = 1;
    };

    // The policy that the moves are chosen by.
    struct Guide {
        const std::vector<float>* policy;
        bool human = false;
        bool counts = true;
    };
    // A move without a child.
    struct NewMove {
        Point move = kNullPoint;
        double prior = 0;
        double self_utility = 0;
    };
    // All that one selection works with.
    struct Scene {
        const SearchContext& context;
        const Standpoint& at;
        const Guide guide;
        Totals totals;
        Parent parent;
        const MirrorLine* mirror = nullptr;  // where moves are raised for it
    };

    static Guide choose_guide(const SearchContext& context, const TreeNode& node, Rng& rng);
    void gather(Scene& scene);
    double score_known(const Scene& scene, const Known& known, Rng& rng) const;
    double root_score(const Scene& scene, const Known& known, ChildView child, Rng& rng) const;
    bool hint_is_behind(const Parent& parent, const Known& known, const ChildView& child) const;
    double score_new(const Scene& scene, NewMove move, Rng& rng) const;
    void open_policy(const Scene& scene);
    size_t likeliest_open() const;
    static bool new_moves_are_fixed(const Scene& scene);
    static NewMove new_move_at(const Scene& scene, size_t index);
    NewMove fixed_new_move(const Scene& scene);
    NewMove likeliest_new_move(const Scene& scene) const;
    void choose_remembered(const Scene& scene, Selection& best, double& best_score, Rng& rng) const;
    static void look_at_passing(const Scene& scene, const NewMove& new_move, Selection& best);

    std::vector<Known> known_;
    std::vector<int32_t> open_policy_;  // bits of the policy, -1.0f where no new child may be
};

}  // namespace katago
