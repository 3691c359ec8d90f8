// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "backend/backend.h"
#include "eval/batching/batch_queue.h"
#include "nn/format/model_file.h"

namespace katago {

// The input and output rows of a batch, one after the other, as a plan wants them. Grows to the largest board and batch
// so far. One thread at a time.
class BatchRows {
  public:
    BatchRows(const ModelInfo& info, int meta_channels);

    // Copies the inputs of rows of one board shape, at least one, together.
    void gather(std::span<WaitingRow* const> rows);
    PlanInputs inputs() const;
    PlanOutputs outputs();
    // Copies the outputs to the rows that were gathered last.
    void scatter(std::span<WaitingRow* const> rows) const;

  private:
    // How many values a row has of each kind, on a board of `area` points.
    struct Widths {
        size_t spatial, global, meta, policy, pass, value, score, ownership;
    };
    Widths widths_on(size_t area) const;

    const size_t spatial_channels_, global_channels_, meta_channels_, policy_channels_, score_channels_;
    std::vector<float> spatial_, global_, meta_;
    std::vector<float> policy_, pass_, value_, score_, ownership_;
};

}  // namespace katago
