// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "eval/evaluator.h"
#include "eval/position_sampler.h"
#include "quant/quantize_layers.h"

namespace katago {

// Positions for quantizing a network: some to gather statistics from, others, of games held out, to measure it on. A
// value; `statistics` points into `sampled`.
struct CalibrationSet {
    SampledPositions sampled;
    std::vector<const SampledPosition*> statistics;
    std::vector<BoardHistory> held_out;
};

// So many positions in all, from game records, or, where no paths are given, from games that are built in: the b6c96
// network against itself on boards of seven sizes, 7x7 to 19x19. Throws IoError.
struct CalibrationOptions {
    std::vector<std::filesystem::path> paths;
    int positions = 512;
    uint64_t seed = 1;
};
CalibrationSet draw_calibration(const CalibrationOptions& options);

// The records that are built in.
std::vector<SgfText> built_in_calibration();

// Runs the network over the positions for statistics, each under the symmetry it was drawn with, and shows the planes
// that it reads as well. The arguments outlive the result, which several threads may call.
ObserveCalibration observe_with(Evaluator& evaluator, const Graph& graph, const CalibrationSet& set);

}  // namespace katago
