// SPDX-License-Identifier: MIT
#pragma once

#include "engine/engine.h"
#include "game/history.h"

namespace katago {

// Single evaluations on one thread beside the machine's peak, taken in turns; medians.
struct EvaluationSpeed {
    double seconds = 0;      // of one evaluation, features and decoding included
    double peak_gflops = 0;  // P: one core's peak in 256-bit FP32 multiply-adds
    double gflops = 0;       // effective: two operations a multiply-add of the network, as directly computed
};

EvaluationSpeed measure_evaluation(Engine& engine, const BoardHistory& position, int rounds);

}  // namespace katago
