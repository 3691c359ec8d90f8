// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "backend/backend.h"
#include "nn/graph.h"

namespace katago {

// Evaluates every calibration position with the network in FP32 and shows the values inside, one board at a time, in
// the same order every time. Called by several threads at once.
using BoardObserver = std::function<void(const ObservedValue&, BoardShape)>;
using ObserveCalibration = std::function<void(const BoardObserver&)>;

struct QuantizeOptions {
    // Each layer is rounded once for each of these: the input channels that share a scale, at most, of those that are
    // not rotated, or kOneScale; see rounding_of().
    std::vector<int> blocks = {64};
    int boards = 1;  // that ObserveCalibration shows
    int threads = 2;
    int64_t moment_bytes = int64_t{500} << 20;              // for statistics, all threads together
    std::function<void(size_t done, size_t all)> progress;  // by one thread at a time; may throw, which ends it all
};

// For each of options.blocks, INT8 weights of these linear layers, compensated by what it reads in FP32; those whose
// input is not shown are rounded plainly. Gathers statistics for as many layers at once as memory allows. The same
// result on every run, whatever the number of threads.
using WeightsByNode = std::map<NodeId, LinearWeights>;
std::vector<WeightsByNode> quantize_layers(const Graph& graph, const std::vector<NodeId>& layers,
                                           const ObserveCalibration& observe, const QuantizeOptions& options);

}  // namespace katago
