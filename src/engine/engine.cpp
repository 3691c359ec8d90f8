// SPDX-License-Identifier: MIT
#include "engine/engine.h"

#include <utility>

#include "core/ensure.h"
#include "core/heap.h"
#include "engine/embedded_network.h"
#include "engine/engine_settings.h"
#include "engine/network_load.h"
#include "engine/quantize_at_load.h"
#include "eval/make_evaluator.h"

namespace katago {

Engine::Engine(const std::filesystem::path& model_file, const Config& config, const EngineOptions& options)
    : model_file_(model_file.string()) {
    EngineSettings settings = read_engine_settings(config);
    backend_ = settings.backend;
    {
        Model model = load_model(model_file, settings.reading);
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
        notes_.insert(notes_.end(), settings.notes.begin(), settings.notes.end());
        const BatchPreference batches = loaded_->batch_preference();
        read_batch_options(config, batches, settings.evaluator, notes_);
        evaluator_ = make_evaluator(model.info, model.graph->meta_channels(), loaded_, settings.evaluator);
        if (batches.wants_batches() || settings.evaluator.batching) notes_.push_back(evaluator_->description());
    }
    return_free_memory();
    seed_ = settings.seed;
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
