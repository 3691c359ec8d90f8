// SPDX-License-Identifier: MIT
#include "engine/engine.h"

#include <algorithm>
#include <bit>
#include <random>
#include <utility>

#include "core/ensure.h"
#include "core/heap.h"
#include "core/machine.h"
#include "core/rng.h"
#include "engine/embedded_network.h"
#include "engine/network_load.h"
#include "engine/network_settings.h"
#include "engine/quantize_at_load.h"
#include "eval/make_evaluator.h"

namespace katago {

namespace {

// Entries of the evaluation cache by default, as a power of two: some 100 MB when full on 19x19, for boards with 1 GB.
constexpr int kDefaultCachePower = 16;

// An evaluation of a 19x19 position with ownership, and a share of the machine that a full cache may take: KataGo's
// analysis example asks for 25 GB.
constexpr int64_t kCachedBytes = 3000;
constexpr int64_t kCacheShare = 4;

int largest_cache_power() {
    const int64_t memory = read_machine_memory().physical_bytes;
    if (memory <= 0) return kDefaultCachePower;
    return std::bit_width(static_cast<uint64_t>(memory / kCacheShare / kCachedBytes)) - 1;
}

EvaluatorOptions evaluator_options(const Config& config, std::vector<std::string>& notes) {
    EvaluatorOptions options;
    const int wanted = config.get_int("nnCacheSizePowerOfTwo", {-1, 48}, kDefaultCachePower);
    options.cache_size_power_of_two = std::min(wanted, largest_cache_power());
    if (wanted > options.cache_size_power_of_two)
        notes.push_back("nnCacheSizePowerOfTwo = " + std::to_string(wanted) + " cut to " +
                        std::to_string(options.cache_size_power_of_two) + ", a quarter of this machine's memory");
    options.randomize_symmetry = config.get_bool("nnRandomize", true);
    if (config.contains("nnForcedSymmetry")) {
        options.randomize_symmetry = false;
        options.default_symmetry = config.get_int("nnForcedSymmetry", {0, 7});
    }
    return options;
}

uint64_t choose_seed(const Config& config) {
    // Read also where a seed says more: it would be told of as unused.
    const bool deterministic = config.get_bool("forDeterministicTesting", false);
    if (config.contains("searchRandSeed")) return Rng(config.get_string("searchRandSeed")).next();
    if (deterministic) return Rng("forDeterministicTesting").next();
    std::random_device device;
    return uint64_t{device()} << 32 | device();
}

}  // namespace

Engine::Engine(const std::filesystem::path& model_file, const Config& config, const EngineOptions& options)
    : model_file_(model_file.string()) {
    backend_ = &configured_backend(config);
    {
        Model model = load_model(model_file, model_read_options(config));
        if (options.console && is_embedded_network(model_file))
            *options.console << "Using the embedded network " << model.info.name << "; -model FILE takes another"
                             << std::endl;
        model = quantized_as_configured(std::move(model), model_file, *backend_, config, notes_, options.console);
        if (options.keep_graph) graph_ = model.graph;
        model_notes_ = model.notes;
        multiply_adds_ = katago::multiply_adds(*model.graph);
        LoadedNetwork network = load_network(model, *backend_, config, options.console);
        loaded_ = std::move(network.model);
        notes_.insert(notes_.end(), network.notes.begin(), network.notes.end());
        evaluator_ =
            make_evaluator(model.info, model.graph->meta_channels(), loaded_, evaluator_options(config, notes_));
        if (loaded_->batch_preference().wants_batches()) notes_.push_back(evaluator_->description());
    }
    return_free_memory();
    seed_ = choose_seed(config);
}

const Graph& Engine::graph() const {
    ENSURE(graph_ != nullptr);
    return *graph_;
}

void Engine::report(Logger& log) const {
    log.write("Backend " + backend_->name() + ": " + backend_->description());
    for (const std::string& note : notes_) log.write(note);
}

}  // namespace katago
