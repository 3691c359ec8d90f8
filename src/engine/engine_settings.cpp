// SPDX-License-Identifier: MIT
#include "engine/engine_settings.h"

#include <algorithm>
#include <bit>
#include <random>

#include "core/machine.h"
#include "core/rng.h"
#include "engine/network_settings.h"

namespace katago {

namespace {

// Entries of the evaluation cache by default, as a power of two: some 100 MB when full on 19x19, for boards with 1 GB.
constexpr int kDefaultCachePower = 16;

// An evaluation of a 19x19 position with ownership, and a share of the machine that a full cache may take: KataGo's
// analysis example asks for 25 GB.
constexpr int64_t kCachedBytes = 3000;
constexpr int64_t kCacheShare = 4;

// KataGo's limits of both keys, and a batch beyond which no device gains anything, while plans take memory for it.
constexpr Range<int> kBatchRange = {1, 65536}, kDeviceThreadsRange = {1, 1024};
constexpr int kMostBatch = 256;

int largest_cache_power() {
    const int64_t memory = read_machine_memory().physical_bytes;
    if (memory <= 0) return kDefaultCachePower;
    return std::bit_width(static_cast<uint64_t>(memory / kCacheShare / kCachedBytes)) - 1;
}

EvaluatorOptions read_evaluator_options(const Config& config, std::vector<std::string>& notes) {
    EvaluatorOptions options;
    const int wanted = config.get_int("nnCacheSizePowerOfTwo", {-1, 48}, kDefaultCachePower);
    options.cache_size_power_of_two = std::min(wanted, largest_cache_power());
    if (wanted > options.cache_size_power_of_two)
        notes.push_back("nnCacheSizePowerOfTwo = " + std::to_string(wanted) + " cut to " +
                        std::to_string(options.cache_size_power_of_two) + ", a quarter of this machine's memory");
    options.randomize_symmetry = config.get_bool("nnRandomize", true);
    options.batching = config.get_bool_or_auto("nnBatching", std::nullopt);
    if (config.contains("nnForcedSymmetry")) {
        options.randomize_symmetry = false;
        options.default_symmetry = config.get_int("nnForcedSymmetry", {0, 7});
    }
    return options;
}

uint64_t read_seed(const Config& config) {
    // Read also where a seed says more: it would be told of as unused.
    const bool deterministic = config.get_bool("forDeterministicTesting", false);
    if (config.contains("searchRandSeed")) return Rng(config.get_string("searchRandSeed")).next();
    if (deterministic) return Rng("forDeterministicTesting").next();
    std::random_device device;
    return uint64_t{device()} << 32 | device();
}

}  // namespace

EngineSettings read_engine_settings(const Config& config, BackendTable table) {
    EngineSettings settings;
    load_options(config, read_precision(config).precision);  // a fault in its keys should not wait for the network
    settings.backend = read_backend_setting(config, table);
    settings.reading = model_read_options(config);
    settings.evaluator = read_evaluator_options(config, settings.notes);
    settings.seed = read_seed(config);
    return settings;
}

void read_batch_options(const Config& config, const BatchPreference& preference, EvaluatorOptions& options,
                        std::vector<std::string>& notes) {
    if (!shares_batches(preference, options)) return;
    if (config.contains("nnMaxBatchSize")) {
        const int wanted = config.get_int("nnMaxBatchSize", kBatchRange);
        options.max_batch = std::min(wanted, kMostBatch);
        if (wanted > kMostBatch)
            notes.push_back("nnMaxBatchSize = " + std::to_string(wanted) + " cut to " + std::to_string(kMostBatch));
    }
    if (config.contains("numNNServerThreadsPerModel"))
        options.device_threads = config.get_int("numNNServerThreadsPerModel", kDeviceThreadsRange);
}

}  // namespace katago
