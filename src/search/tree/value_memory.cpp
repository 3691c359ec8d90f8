// SPDX-License-Identifier: MIT
#include "search/tree/value_memory.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "search/tree/node.h"
#include "search/tree/pattern.h"
#include "search/tree/tree.h"

namespace katago {

namespace {

// A search with fewer visits than this share of what an entry rests on leaves it alone.
constexpr double kLeastRenewal = 0.75;

void remember_move(RememberedValues& values, const Edge& edge, const TreeNode& child) {
    const NodeStats stats = child.stats();
    const auto weight = static_cast<double>(stats.visits);
    auto found = std::find_if(values.moves.begin(), values.moves.end(),
                              [&](const RememberedValues::FirstMove& known) { return known.move == edge.move(); });
    if (found == values.moves.end()) {
        values.moves.push_back({.move = edge.move()});
        found = std::prev(values.moves.end());
    }
    if (weight < found->weight) return;
    *found = {edge.move(), stats.win_loss, stats.score_mean, weight};
}

// A root at which a pass was looked at too seriously says little of the position: there a pass is treated unlike
// elsewhere.
bool root_says_nothing(const TreeNode& root) {
    const Edge* pass = root.find_edge(kPass);
    if (!pass) return false;
    int64_t total = 0;
    double best = -1e50;
    for (const Edge& edge : root.edges()) {
        total += edge.visits();
        best = std::max(best, for_player(root.player(), edge.child()->utility()));
    }
    return pass->visits() * 8 >= total || for_player(root.player(), pass->child()->utility()) + 0.05 >= best;
}

}  // namespace

double RememberedValues::share(double visits, int64_t min_visits) const {
    if (weight <= 0) return 0;
    const auto least = static_cast<double>(min_visits);
    const double worth = weight > least ? std::sqrt(least * weight) : weight;
    const double ratio = visits / worth;
    return 1 / (1 + 3 * ratio * (1 + 2 * ratio * ratio));
}

double RememberedValues::blend_into(NodeStats& stats, double visits, int64_t min_visits) const {
    const double part = share(visits, min_visits);
    if (part <= 0) return 0;
    const double old_mean = stats.score_mean;
    stats.win_loss += part * (win_loss - stats.win_loss);
    stats.no_result += part * (no_result - stats.no_result);
    stats.score_mean += part * (score_mean - stats.score_mean);
    stats.lead += part * (lead - stats.lead);
    stats.score_mean_sq =
        std::max(0.0, stats.score_mean_sq - old_mean * old_mean + stats.score_mean * stats.score_mean);
    return part;
}

std::shared_ptr<const RememberedValues> ValueMemory::find(const Hash128& key) const {
    const Shard& shard = shards_[static_cast<size_t>(key.h1) % shards_.size()];
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(key);
    return found == shard.entries.end() ? nullptr : found->second;
}

void ValueMemory::store(const Hash128& key, std::shared_ptr<const RememberedValues> values) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    shard.entries[key] = std::move(values);
}

void ValueMemory::record(Tree& tree, const SearchParams& params, const Hash128& params_hash) {
    tree.visit_bottom_up([&](TreeNode& node) {
        const NodeStats stats = node.stats();
        if (stats.visits < params.eval_cache_min_visits || node.force_non_terminal() || !node.evaluation()) return;
        const Hash128 key = node.graph_hash() ^ params_hash;
        const std::shared_ptr<const RememberedValues> old = find(key);
        const auto visits = static_cast<double>(stats.visits);
        if (old && visits < kLeastRenewal * old->weight) return;
        auto fresh = old ? std::make_shared<RememberedValues>(*old) : std::make_shared<RememberedValues>();
        for (const Edge& edge : node.edges())
            if (edge.child()->visits() >= params.eval_cache_min_visits) remember_move(*fresh, edge, *edge.child());
        if (!node.is_root() || !root_says_nothing(node)) {
            fresh->win_loss = stats.win_loss;
            fresh->no_result = stats.no_result;
            fresh->score_mean = stats.score_mean;
            fresh->lead = stats.lead;
            fresh->weight = visits;
        }
        store(key, std::move(fresh));
    });
}

void ValueMemory::clear() {
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        shard.entries.clear();
    }
}

size_t ValueMemory::size() const {
    size_t total = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        total += shard.entries.size();
    }
    return total;
}

Hash128 ValueMemory::hash_of(const SearchParams& params) {
    Mixer mixer;
    const auto add = [&mixer](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::string>)
            for (const char c : value) mixer.add(static_cast<unsigned char>(c));
        else if constexpr (std::is_same_v<T, double>)
            mixer.add(std::bit_cast<uint64_t>(value));
        else if constexpr (std::is_same_v<T, float>)
            mixer.add(std::bit_cast<uint32_t>(value));
        else
            mixer.add(static_cast<uint64_t>(value));
    };
    for (const ParamRow<SearchParams>& row : search_param_rows()) {
        const auto add_member = [&](auto member) {
            const auto& value = params.*member;
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, std::optional<double>> || std::is_same_v<T, std::optional<bool>>) {
                mixer.add(value.has_value());
                if (value) add(*value);
            } else {
                add(value);
            }
        };
        std::visit(add_member, row.member);
    }
    return mixer.hash();
}

}  // namespace katago
