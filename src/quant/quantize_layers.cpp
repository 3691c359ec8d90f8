// SPDX-License-Identifier: MIT
#include "quant/quantize_layers.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>

#include "core/parallel_for.h"
#include "quant/block_rounding.h"
#include "quant/second_moments.h"
#include "quant/stored_weights.h"

namespace katago {

namespace {

// Columns of statistics a layer, over all boards: several times the dimension of the largest.
constexpr int kColumns = 12'000;

// Layers whose statistics are gathered in one run over the positions.
using Group = std::vector<NodeId>;

std::vector<Group> make_groups(const Graph& graph, const std::vector<NodeId>& layers, int64_t bytes) {
    std::vector<Group> groups;
    int64_t taken = bytes;
    for (const NodeId id : layers) {
        const LinearShape shape = linear_shape(graph.node(id));
        const int64_t side = int64_t{shape.taps} * shape.in_channels;
        const int64_t wanted = 4 * side * (side + 384);
        if (taken + wanted > bytes) groups.emplace_back(), taken = 0;
        groups.back().push_back(id);
        taken += wanted;
    }
    return groups;
}

}  // namespace

std::vector<WeightsByNode> quantize_layers(const Graph& graph, const std::vector<NodeId>& layers,
                                           const ObserveCalibration& observe, const QuantizeOptions& options) {
    const int threads = std::max(options.threads, 1);
    // A third is for the copies that rounding makes of one layer's statistics.
    const std::vector<Group> groups = make_groups(graph, layers, options.moment_bytes / threads * 2 / 3);
    const int columns = std::max(1, kColumns / std::max(options.boards, 1));
    std::vector<WeightsByNode> made(options.blocks.size());
    std::mutex mutex;
    const auto run_group = [&](const Group& group) {
        std::map<NodeId, std::unique_ptr<SecondMoments>> moments;
        std::multimap<NodeId, NodeId> by_input;
        for (const NodeId id : group) {
            const NodeId input = graph.node(id).inputs[0];
            by_input.emplace(input, id);
            moments[id] = std::make_unique<SecondMoments>(graph.node(id), columns);
        }
        std::set<NodeId> seen;
        observe([&](const ObservedValue& value, BoardShape board) {
            const auto [begin, end] = by_input.equal_range(value.node);
            for (auto it = begin; it != end; ++it) {
                moments.at(it->second)->add(value.values, board);
                seen.insert(it->second);
            }
        });
        for (const NodeId id : group) {
            Eigen::MatrixXf mean;
            if (seen.contains(id)) mean = moments.at(id)->take_mean();
            moments.erase(id);
            std::vector<LinearWeights> rounded;
            for (const int block : options.blocks) {
                const Node& node = graph.node(id);
                const Rounding rounding = rounding_of(linear_shape(node), rotation_width_of(graph, id), block);
                const bool is_last = rounded.size() + 1 == options.blocks.size();
                rounded.push_back(round_to_int8(node, is_last ? std::move(mean) : mean, rounding));
            }
            const std::scoped_lock lock(mutex);
            for (size_t i = 0; i < rounded.size(); ++i) made[i][id] = std::move(rounded[i]);
            if (options.progress) options.progress(made.front().size(), layers.size());
        }
    };
    parallel_for(groups.size(), threads, [&](ParallelRange& range) {
        while (const auto index = range.next()) run_group(groups[*index]);
    });
    return made;
}

}  // namespace katago
