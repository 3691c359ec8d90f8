// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "eval/agreement.h"
#include "eval/evaluator.h"
#include "game/history.h"
#include "nn/graph.h"

namespace katago {

// How clearly the values that a layer makes stand out from their error. The errors of the layers before it are in it.
struct LayerNoise {
    std::string layer;              // the network's name for it
    double signal_to_noise_db = 0;  // 10 log10(sum of squares / sum of squared errors), at most kExactDb
};

// The signal-to-noise ratio stated of values that do not differ, and the highest that is stated of any.
inline constexpr double kExactDb = 150;

// Whether both have the same layers, connected in the same way, whatever their weights.
bool same_structure(const Graph& a, const Graph& b);

// Compares what every convolution, matrix and attention makes in `found` with what it makes in `right`, over all
// positions; in the order of the graph, which both have the structure of. Quantizers may scale a channel by a factor
// that the next layer takes back: a factor more than 5 % from 1 counts as that, not as error. Throws what evaluating
// throws. Empty where a backend shows no values.
std::vector<LayerNoise> layer_noise(Evaluator& right, Evaluator& found, const Graph& graph,
                                    std::span<const BoardHistory> positions, const CompareOptions& options);

}  // namespace katago
