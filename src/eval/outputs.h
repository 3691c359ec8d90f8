// SPDX-License-Identifier: MIT
#pragma once

#include "backend/backend.h"
#include "eval/eval_options.h"
#include "eval/evaluation.h"
#include "game/history.h"
#include "nn/format/model_file.h"

namespace katago {

// The position and options of the row that is read.
struct OutputQuery {
    const ModelInfo& info;
    const BoardHistory& history;
    Player player;
    const EvalOptions& options;
    int symmetry;  // that the planes were filled under
};

// Reads one row of raw outputs into everything but the key of `evaluation`: legal moves, softmax, multipliers, from the
// player's view to White's. `raw.ownership` is read where the options ask for it. Throws BackendError, naming the
// model, where a result is not finite. Source: KataGo's network format, from raw outputs to reported values.
void decode_outputs(const OutputQuery& query, const PlanOutputs& raw, Evaluation& evaluation);

}  // namespace katago
