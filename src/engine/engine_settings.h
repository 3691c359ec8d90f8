// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "core/config.h"
#include "eval/make_evaluator.h"
#include "nn/format/model_file.h"

namespace katago {

// Everything that an Engine takes from its configuration. A value.
struct EngineSettings {
    const Backend* backend = nullptr;
    ModelReadOptions reading;
    LoadOptions loading;  // but for who is told, and for how much memory there is
    EvaluatorOptions evaluator;
    uint64_t seed = 0;               // from searchRandSeed, else the same with forDeterministicTesting, else a new one
    std::vector<std::string> notes;  // on the cache, for the log
};

// Throws ConfigError, and UsageError for a backend that does not exist.
EngineSettings read_engine_settings(const Config& config);

// Adds what the configuration says of batches, nnMaxBatchSize and numNNServerThreadsPerModel, where positions of
// several threads share them. Elsewhere the keys stay unread, so that a person is told that they have no effect.
// Throws ConfigError.
void read_batch_options(const Config& config, const BatchPreference& preference, EvaluatorOptions& options,
                        std::vector<std::string>& notes);

}  // namespace katago
