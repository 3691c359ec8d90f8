// SPDX-License-Identifier: MIT
// What a search says of its tree, during a run and after it.
#include <cmath>
#include <mutex>
#include <shared_mutex>
#include <unordered_set>
#include <vector>

#include "search/analysis.h"
#include "search/ownership.h"
#include "search/policy/choice.h"
#include "search/search_state.h"

namespace katago {

Point Search::choose_move() {
    const std::unique_lock lock(state_->mutex);
    if (!state_->root_is_evaluated()) return kNullPoint;
    const SearchContext& context = state_->context;
    const std::vector<MoveValue> values = move_values(context, *state_->tree.root(), {});
    if (values.empty()) return kNullPoint;
    std::vector<double> weights;
    for (const MoveValue& value : values) weights.push_back(value.value);
    const SearchParams& params = context.params;
    const double temperature = interpolate_early(params.chosen_move_temperature_early, params.chosen_move_temperature,
                                                 params.chosen_move_temperature_halflife,
                                                 context.root_history.turn_number(), std::sqrt(board().area()));
    return values[draw_index(weights, temperature, params.chosen_move_temperature_only_below_prob, state_->choice_rng)]
        .move;
}

std::optional<NodeValues> Search::root_values() const {
    const std::shared_lock lock(state_->mutex);
    if (!state_->root_is_evaluated()) return std::nullopt;
    return values_of(state_->tree.root()->stats());
}

std::optional<NodeValues> Search::pruned_root_values() const {
    const std::shared_lock lock(state_->mutex);
    if (!state_->root_is_evaluated()) return std::nullopt;
    return values_of(pruned_stats(state_->context, *state_->tree.root()));
}

std::vector<Search::SelectionValue> Search::play_selection_values() const {
    const std::shared_lock lock(state_->mutex);
    std::vector<SelectionValue> result;
    if (!state_->root_is_evaluated()) return result;
    for (const MoveValue& value : move_values(state_->context, *state_->tree.root(), {}))
        result.push_back({value.move, value.value});
    return result;
}

Report Search::report(const ReportOptions& options) const {
    const std::shared_lock lock(state_->mutex);
    if (!state_->root_is_evaluated()) return {};
    return make_report(state_->context, *state_->tree.root(), options);
}

Ownership Search::tree_ownership() const {
    const std::shared_lock lock(state_->mutex);
    if (!state_->root_is_evaluated()) return {};
    return average_ownership(state_->context, *state_->tree.root());
}

std::shared_ptr<const Evaluation> Search::root_evaluation() const {
    const std::shared_lock lock(state_->mutex);
    return state_->context.root_evaluation;
}

int64_t Search::tree_nodes() const {
    const std::shared_lock lock(state_->mutex);
    return state_->tree.nodes();
}

int64_t Search::tree_bytes() const {
    const std::shared_lock lock(state_->mutex);
    return state_->tree.bytes();
}

uint64_t Search::tree_checksum() const {
    const std::shared_lock lock(state_->mutex);
    uint64_t checksum = 0;
    const auto absorb = [&checksum](int64_t value) {
        checksum = mix::murmur(checksum + static_cast<uint64_t>(value) + 0x9E3779B97F4A7C15u);
    };
    std::vector<const TreeNode*> open;
    std::unordered_set<const TreeNode*> seen;
    if (state_->tree.root()) open.push_back(state_->tree.root());
    while (!open.empty()) {
        const TreeNode* node = open.back();
        open.pop_back();
        if (!seen.insert(node).second) continue;
        const NodeStats stats = node->stats();
        absorb(stats.visits);
        absorb(std::llround(stats.utility * 1e4));
        absorb(std::llround(stats.weight * 1e2));
        for (const Edge& edge : node->edges()) {
            absorb(edge.move());
            absorb(edge.visits());
            open.push_back(edge.child());
        }
    }
    return checksum;
}

const PointColors& Search::root_safe_area() const {
    return state_->context.root_safe_area;
}

}  // namespace katago
