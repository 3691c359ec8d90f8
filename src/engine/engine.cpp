// SPDX-License-Identifier: MIT
#include "engine/engine.h"

#include <utility>

#include "core/ensure.h"
#include "core/error.h"
#include "core/heap.h"
#include "engine/embedded_network.h"
#include "engine/engine_settings.h"
#include "engine/network_load.h"
#include "engine/network_settings.h"
#include "engine/quantize_at_load.h"
#include "eval/make_evaluator.h"

namespace katago {

Engine::Engine(const std::filesystem::path& model_file, const Config& config, const EngineOptions& options)
    : model_file_(model_file.string()) {
    EngineSettings settings = read_engine_settings(config, options.backends);
    const LoadWatch watch{options.console, options.measuring ? options.measuring : measuring_time(config)};
    {
        Model model = load_model(model_file, settings.reading);
        if (options.console && is_embedded_network(model_file))
            *options.console << "Using the embedded network " << model.info.name << "; -model FILE takes another"
                             << std::endl;
        choice_ = choose_backend(model, settings.backend, config, {.watch = watch});
        notes_ = choice_.notes;
        load(model, config, watch);
        if (const auto measured = watch.time->report()) notes_.push_back(*measured);
        if (options.keep_graph) graph_ = model.graph;
        model_notes_ = model.notes;
        multiply_adds_ = katago::multiply_adds(*model.graph);
        notes_.insert(notes_.end(), settings.notes.begin(), settings.notes.end());
        const BatchPreference batches = loaded_->batch_preference();
        read_batch_options(config, batches, settings.evaluator, notes_);
        if (choice_.chosen.device && choice_.falls_back)
            settings.evaluator.fallback = fallback(config, settings.reading, options.console);
        evaluator_ = make_evaluator(model.info, model.graph->meta_channels(), loaded_, settings.evaluator);
        if (batches.wants_batches() || settings.evaluator.batching) notes_.push_back(evaluator_->description());
    }
    return_free_memory();
    seed_ = settings.seed;
}

void Engine::load(Model& model, const Config& config, const LoadWatch& watch) {
    const auto load_chosen = [&] {
        model = quantized_as_configured(std::move(model), model_file_, choice_.chosen, config, notes_, watch);
        LoadedNetwork network = load_network(model, choice_, config, watch);
        loaded_ = std::move(network.model);
        notes_.insert(notes_.end(), network.notes.begin(), network.notes.end());
    };
    if (choice_.chosen.device && choice_.falls_back) {
        try {
            return load_chosen();
        } catch (const Error& error) {
            notes_.push_back(choice_.chosen.title() + " fails, the processor computes instead: " + error.what());
        }
        choice_.chosen = {choice_.processor, std::nullopt};
    }
    load_chosen();
}

EvalFallback Engine::fallback(const Config& config, const ModelReadOptions& reading, std::ostream* console) const {
    BackendChoice processor = choice_;
    processor.chosen = {choice_.processor, std::nullopt};
    const auto load_again = [=, file = std::filesystem::path(model_file_)] {
        std::vector<std::string> notes;
        const LoadWatch watch{nullptr, measuring_time(config)};
        Model model = load_model(file, reading);
        model = quantized_as_configured(std::move(model), file, processor.chosen, config, notes, watch);
        return load_network(model, processor, config, watch).model;
    };
    const auto log = [console](const std::string& line) {
        if (console) *console << line << std::endl;
    };
    return {.load = load_again, .log = log};
}

const Graph& Engine::graph() const {
    ENSURE(graph_ != nullptr);
    return *graph_;
}

void Engine::report(Logger& log) const {
    log.write("Backend " + computes_with().text());
    for (const std::string& note : notes_) log.write(note);
}

}  // namespace katago
