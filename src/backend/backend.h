// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "nn/graph.h"

namespace katago {

struct BoardShape {
    int height = 19, width = 19;
    int area() const { return height * width; }
    bool operator==(const BoardShape&) const = default;
};

// Input rows of a batch, one after the other. Memory is the host's and may be unaligned.
struct PlanInputs {
    const float* spatial = nullptr;  // [N, H, W, spatial_channels]
    const float* global = nullptr;   // [N, global_channels]
    const float* meta = nullptr;     // [N, meta_channels]; null where the network takes none
};

// Raw outputs of a batch, as GraphOutputs describes them.
struct PlanOutputs {
    float* policy = nullptr;     // [N, H, W, P]
    float* pass = nullptr;       // [N, P]
    float* value = nullptr;      // [N, 3]
    float* score = nullptr;      // [N, S]
    float* ownership = nullptr;  // [N, H, W]
};

// A network compiled for one board shape and up to max_batch rows, with all the memory that an evaluation needs: run()
// allocates nothing. Belongs to one thread at a time.
class Plan {
  public:
    virtual ~Plan() = default;
    // Evaluates 1 <= batch <= max_batch rows. Throws BackendError.
    virtual void run(int batch, const PlanInputs& inputs, const PlanOutputs& outputs) = 0;
};

// A network's weights in the form a backend computes with, made once and shared by the plans of all boards and threads.
// Immutable after load, thread-safe; outlives its plans through their shared_ptr.
class LoadedModel : public std::enable_shared_from_this<LoadedModel> {
  public:
    virtual ~LoadedModel() = default;
    virtual std::unique_ptr<Plan> compile(BoardShape board, int max_batch) const = 0;
};

class Backend {
  public:
    virtual ~Backend() = default;
    virtual std::string name() const = 0;         // "reference", "eigen"
    virtual std::string description() const = 0;  // one line for a person: precision, instruction set in use
    // Packs the weights. Keeps no reference to `graph` beyond the weights it shares. Throws UnsupportedError,
    // BackendError.
    virtual std::shared_ptr<const LoadedModel> load(const Graph& graph) const = 0;
};

}  // namespace katago
