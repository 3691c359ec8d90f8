// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "nn/format/model_file.h"

namespace katago {

// Input rows of positions of a built-in game on one board, for one network.
struct NnRows {
    BoardShape board;
    int count = 0;
    std::vector<float> spatial, global, meta;  // `count` rows each; zeros for metadata
};
NnRows benchmark_rows(const ModelInfo& info, const Graph& graph, int board_length, int count);

// How to run a network: each of `threads` threads evaluates batches of its own, all at the same time.
struct NnLoad {
    int batch = 1;
    int threads = 1;
    int iterations = 200;      // batches a thread, timed
    int warmup = 20;           // batches a thread before
    double max_seconds = 1e9;  // fewer iterations where they would take longer than about this, at least one
};

struct NnSpeed {
    NnLoad load;                               // as run
    std::vector<double> thread_batch_seconds;  // median time of a batch, by thread
    double wall_seconds = 0;                   // of the timed batches
    int64_t evaluations = 0;                   // in them, all threads together
    double gflops = 0;  // effective, all threads: two operations a multiply-add of the network, as directly computed
    double peak_gflops = 0;  // P, measured in turns with the batches; the highest
    double resident_mb = 0;  // what the process held while running

    double median_rate() const;  // evaluations a second: the sum of what each thread's median batch gives
    double wall_rate() const { return wall_seconds > 0 ? static_cast<double>(evaluations) / wall_seconds : 0; }
    // Of one evaluation, as a thread sees it.
    double milliseconds() const;
};

// Runs batches of rows[0], rows[1], ... in turn, each board on a plan of its own. Throws BackendError.
NnSpeed measure_nn(const Graph& graph, const LoadedModel& model, std::span<const NnRows> rows, const NnLoad& load);

// The multiply-adds of one evaluation, on average over the boards.
double mean_multiply_adds(const Graph& graph, std::span<const NnRows> rows);

// What one step of a plan takes.
struct StepProfile {
    std::string layer;  // the network's name for it; layers that are computed together have the first one's
    std::string kernel;
    double seconds = 0;         // of one evaluation
    int64_t multiply_adds = 0;  // of one evaluation, as directly computed; 0 where none are counted
};

// In the order in which they run, median over the rounds; empty where the backend cannot tell.
std::vector<StepProfile> profile_nn(const Graph& graph, const LoadedModel& model, const NnRows& rows, int batch,
                                    int rounds);

double median_of(std::vector<double> values);

}  // namespace katago
