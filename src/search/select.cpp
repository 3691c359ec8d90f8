// SPDX-License-Identifier: MIT
#include "search/select.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace katago {

namespace {

constexpr double kFutileScore = -1e40;  // chosen only where there is nothing else
constexpr double kUrgentScore = 1e20;   // searched at once
constexpr float kNoPolicy = -1.0f;

// Makes a prior flatter and its utility better at random, so that the root looks at more moves.
void widen(const SearchContext& context, double& prior, double& self_utility, Rng& rng) {
    const double noise = context.params.wide_root_noise;
    if (noise <= 0) return;
    if (prior > 0) prior = std::pow(prior, 1 / (4 * noise + 1));
    if (rng.chance(0.5)) self_utility += noise * std::abs(rng.gaussian());
}

}  // namespace

double exploration_scaling(const SearchParams& params, const NodeStats& parent, double children_weight) {
    const double base = params.cpuct_exploration_base;
    const double cpuct =
        params.cpuct_exploration + params.cpuct_exploration_log * std::log((children_weight + base) / base);
    const double prior = params.cpuct_utility_stdev_prior;
    double stdev = prior;
    if (parent.visits > 0 && parent.weight > 1) {
        const double square = parent.utility * parent.utility;
        const double prior_weight = params.cpuct_utility_stdev_prior_weight;
        const double mean_square =
            ((square + prior * prior) * prior_weight + std::max(parent.utility_sq, square) * parent.weight) /
            (prior_weight + parent.weight - 1);
        stdev = std::sqrt(std::max(0.0, mean_square - square));
    }
    const double stdev_factor = 1 + params.cpuct_utility_stdev_scale * (stdev / prior - 1);
    return cpuct * std::sqrt(children_weight + 0.01) * stdev_factor;
}

double first_play_utility(const SearchContext& context, const TreeNode& node, const NodeStats& parent,
                          double visited_policy) {
    const SearchParams& params = context.params;
    const double of_network = stats_of(*node.evaluation(), 1, context.utility).utility;
    double utility;
    if (params.fpu_parent_weight_by_visited_policy) {
        const double average = std::min(1.0, std::pow(visited_policy, params.fpu_parent_weight_by_visited_policy_pow));
        utility = average * parent.utility + (1 - average) * of_network;
    } else {
        utility = params.fpu_parent_weight * of_network + (1 - params.fpu_parent_weight) * parent.utility;
    }
    const double reduction = node.is_root() ? params.effective_root_fpu_reduction_max() : params.fpu_reduction_max;
    const double loss_prop = node.is_root() ? params.effective_root_fpu_loss_prop() : params.fpu_loss_prop;
    utility -= for_player(node.player(), reduction * std::sqrt(visited_policy));
    const double loss = for_player(node.player(), -context.utility.radius());
    return utility + (loss - utility) * loss_prop;
}

ChildView view_child(const SearchContext& context, const TreeNode& parent, const Edge& edge, double fpu) {
    const TreeNode& child = *edge.child();
    ChildView view{.weight = edge_weight(edge, child)};
    double utility = fpu;
    if (child.visits() > 0 && view.weight > 0) {
        utility = child.utility();
        if (parent.is_root()) utility += context.ending_bonus_utility(edge.move(), child.stats());
    }
    view.self_utility = for_player(parent.player(), utility);
    const int32_t threads = child.virtual_losses.load(std::memory_order_relaxed);
    if (threads > 0) {
        const double losses = threads * context.params.virtual_losses_per_thread;
        const double share = losses / (losses + std::max(0.25, view.weight));
        view.self_utility += share * (-context.utility.radius() - view.self_utility);
        view.weight += losses;
    }
    return view;
}

Selector::Totals Selector::gather(const SearchContext& context, const TreeNode& node) {
    const std::vector<float>& policy = node.evaluation()->policy;
    static_assert(sizeof(float) == sizeof(int32_t));
    open_policy_.resize(policy.size());
    std::memcpy(open_policy_.data(), policy.data(), policy.size() * sizeof(float));
    known_.clear();
    Totals totals;
    for (Edge& edge : node.edges()) {
        const auto index = static_cast<size_t>(context.policy_index_of(edge.move()));
        open_policy_[index] = std::bit_cast<int32_t>(kNoPolicy);
        const double prior = policy[index];
        const double weight = edge_weight(edge, *edge.child());
        known_.push_back({&edge, prior, weight});
        (edge.move() == kPass ? totals.has_pass : totals.has_move) = true;
        if (prior < 0) continue;
        totals.policy += prior;
        totals.weight += weight;
        totals.largest_weight = std::max(totals.largest_weight, weight);
        totals.visits += edge.visits();
    }
    return totals;
}

bool Selector::hint_is_behind(const Parent& parent, const Known& hint, const ChildView& child) const {
    const double next_weight =
        child.weight + (child.weight + parent.weight_per_visit) / static_cast<double>(hint.edge->child()->visits() + 1);
    return std::any_of(known_.begin(), known_.end(),
                       [&](const Known& other) { return next_weight < 0.8 * other.weight; });
}

double Selector::root_score(const SearchContext& context, const Parent& parent, const Totals& totals,
                            const Known& known, const ChildView& child, double visits_left, Rng& rng) const {
    const SearchParams& params = context.params;
    if (params.futile_visits_threshold > 0) {
        const double needed = params.futile_visits_threshold * totals.largest_weight *
                              static_cast<double>(known.edge->visits() + 1) / (child.weight + parent.weight_per_visit);
        if (static_cast<double>(known.edge->child()->visits()) + visits_left < needed) return kFutileScore;
    }
    const double desired = params.root_desired_per_child_visits_coeff;
    if (desired > 0 && known.prior > 0 && child.weight < std::sqrt(known.prior * totals.weight * desired))
        return kUrgentScore;
    if (context.root_hint != kNullPoint && known.edge->move() == context.root_hint &&
        hint_is_behind(parent, known, child))
        return kUrgentScore;
    double prior = known.prior;
    double self_utility = child.self_utility;
    widen(context, prior, self_utility, rng);
    return puct(parent.scaling, prior, child.weight, self_utility);
}

// The likeliest move that has no child yet, -1 where none may be made. Policies are compared by their bits, which order
// like the numbers (all that counts is not negative) and let the compiler use vector instructions.
int Selector::best_new_index(const SearchContext& context, const TreeNode& node, int depth) {
    const bool restricted = node.is_root() || !context.avoid_depths(node.player()).empty();
    if (restricted) {
        for (size_t i = 0; i < open_policy_.size(); ++i) {
            if ((node.is_root() && !context.root_allowed[i]) ||
                context.avoided(node.player(), static_cast<int>(i), depth))
                open_policy_[i] = std::bit_cast<int32_t>(kNoPolicy);
        }
    }
    int32_t best = -1;
    for (const int32_t policy : open_policy_) best = policy > best ? policy : best;
    if (best < 0) return -1;
    return static_cast<int>(std::find(open_policy_.begin(), open_policy_.end(), best) - open_policy_.begin());
}

Selection Selector::select(const SearchContext& context, const TreeNode& node, const BoardHistory& history, int depth,
                           double visits_left, Rng& rng) {
    const SearchParams& params = context.params;
    const Totals totals = gather(context, node);
    Parent parent{.stats = node.stats()};
    parent.scaling = exploration_scaling(params, parent.stats, totals.weight);
    parent.fpu = first_play_utility(context, node, parent.stats, totals.policy);
    if (parent.stats.usable()) parent.weight_per_visit = parent.stats.weight / static_cast<double>(parent.stats.visits);

    Selection best;
    double best_score = -1e50;
    for (const Known& known : known_) {
        const ChildView child = view_child(context, node, *known.edge, parent.fpu);
        const double score = known.prior < 0  ? -1e50
                             : node.is_root() ? root_score(context, parent, totals, known, child, visits_left, rng)
                                              : puct(parent.scaling, known.prior, child.weight, child.self_utility);
        if (score > best_score) {
            best_score = score;
            best = {known.edge->move(), known.edge};
        }
    }

    const int new_index = best_new_index(context, node, depth);
    const Point new_move =
        new_index < 0 ? kNullPoint : point_of_policy_index(new_index, context.size(), context.size());
    if (new_move != kNullPoint) {
        double prior = node.evaluation()->policy[static_cast<size_t>(new_index)];
        double self_utility = for_player(node.player(), parent.fpu);
        double score = 0;
        if (node.is_root()) {
            widen(context, prior, self_utility, rng);
            if (params.futile_visits_threshold > 0 &&
                visits_left < params.futile_visits_threshold * totals.largest_weight / parent.weight_per_visit)
                score = kFutileScore;
        }
        if (score == 0) score = puct(parent.scaling, prior, 0, self_utility);
        if (score > best_score) best = {new_move, nullptr};
    }

    // A pass that ends the phase, and at least one other move, are looked at even where the policy sees no sense in it.
    if (params.enable_more_passing_hacks && totals.visits >= 2 && context.avoid_depths(node.player()).empty() &&
        history.pass_would_end_phase()) {
        if (!totals.has_pass && best.move != kPass)
            best = {kPass, nullptr, false};
        else if (!totals.has_move && best.move == kPass && new_move != kNullPoint && new_move != kPass)
            best = {new_move, nullptr, false};
    }
    return best;
}

}  // namespace katago
