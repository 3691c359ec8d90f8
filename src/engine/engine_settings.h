// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"
#include "engine/choice/backend_setting.h"
#include "eval/make_evaluator.h"
#include "nn/format/model_file.h"

namespace katago {

// Everything that an Engine takes from its configuration. A value.
struct EngineSettings {
    BackendSetting backend;
    ModelReadOptions reading;
    EvaluatorOptions evaluator;
    uint64_t seed = 0;               // from searchRandSeed, else the same with forDeterministicTesting, else a new one
    std::vector<std::string> notes;  // on the cache, for the log
};

// Throws ConfigError, and UsageError for a backend that does not exist.
EngineSettings read_engine_settings(const Config& config, BackendTable table);

// Adds what the configuration says of batches, nnMaxBatchSize and numNNServerThreadsPerModel, where positions of
// several threads share them. Elsewhere the keys stay unread, so that a person is told that they have no effect.
// Throws ConfigError.
void read_batch_options(const Config& config, const BatchPreference& preference, EvaluatorOptions& options,
                        std::vector<std::string>& notes);

}  // namespace katago
