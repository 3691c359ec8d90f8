// SPDX-License-Identifier: MIT
#include "command/engine.h"

#include <algorithm>
#include <bit>
#include <iostream>
#include <ostream>
#include <random>
#include <utility>

#include "backend/registry.h"
#include "command/embedded_network.h"
#include "command/gtp_settings.h"
#include "command/ignored_keys.h"
#include "command/locate.h"
#include "command/network_load.h"
#include "command/quantize_load.h"
#include "core/ensure.h"
#include "core/error.h"
#include "core/heap.h"
#include "core/machine.h"
#include "core/rng.h"

namespace katago {

namespace {

// Settings where there is no configuration file: a move in at most ten seconds also on a small board. Everything else
// is the engine's default.
constexpr std::string_view kBuiltInConfig = R"(
rules = tromp-taylor
allowResignation = true
resignThreshold = -0.90
maxVisits = 500
maxTime = 10
)";

// Entries of the evaluation cache by default, as a power of two: some 100 MB when full on 19x19, for boards with 1 GB.
constexpr int kDefaultCachePower = 16;

Config read_config(const Options& options, const DefaultConfig& fallback) {
    std::vector<std::string> files = options.values("config");
    if (files.empty()) {
        if (!fallback.file) return Config::from_text(fallback.text, "built-in settings");
        files.push_back(fallback.file->string());
    }
    Config config = Config::from_file(files[0]);
    for (size_t i = 1; i < files.size(); ++i) config.add_file(files[i]);
    return config;
}

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

DefaultConfig DefaultConfig::for_play() {
    return {find_default_config(), kBuiltInConfig};
}

Launch prepare_launch(const Options& options, const DefaultConfig& fallback) {
    Launch launch;
    launch.model_file = options.has("model") ? *options.value("model") : find_default_model().string();
    launch.config = read_config(options, fallback);
    if (const auto precision = options.value("precision")) {
        const std::pair<std::string, std::string> pair("nnPrecision", *precision);
        launch.config.apply_overrides(std::span(&pair, 1), rules_keys());
    }
    if (options.has("no-verify")) {
        const std::pair<std::string, std::string> pair("verifyModelFile", "false");
        launch.config.apply_overrides(std::span(&pair, 1), rules_keys());
    }
    for (const std::string& text : options.values("override-config"))
        for (const auto& [key, value] : launch.config.apply_overrides(text, rules_keys()))
            launch.notes.push_back("Config override: " + key + " = " + value);
    return launch;
}

std::unique_ptr<Logger> make_logger(const Launch& launch, LogOptions defaults, const Streams& streams) {
    const LogOptions options = LogOptions::from_config(launch.config, std::move(defaults));
    std::vector<std::ostream*> targets;
    if (options.to_stdout) targets.push_back(&streams.out);
    if (options.to_stderr) targets.push_back(&streams.err);
    auto log = std::make_unique<Logger>(options, targets, streams.err);
    if (options.config_contents) log->write_config(launch.config);
    for (const std::string& note : launch.notes) log->write(note);
    return log;
}

Engine::Engine(const std::filesystem::path& model_file, const Config& config, const EngineOptions& options)
    : model_file_(model_file.string()) {
    const std::span<const Backend* const> known = backends();
    backend_ = config.contains("nnBackend") ? &find_backend(config.get_string("nnBackend")) : known.front();
    {
        Model model = load_model(model_file, model_read_options(config));
        if (is_embedded_network(model_file))
            std::cerr << "Using the embedded network " << model.info.name << "; -model FILE takes another" << std::endl;
        model = quantized_as_configured(std::move(model), model_file, *backend_, config, notes_);
        if (options.keep_graph) graph_ = model.graph;
        model_notes_ = model.notes;
        multiply_adds_ = katago::multiply_adds(*model.graph);
        LoadedNetwork network = load_network(model, *backend_, config);
        loaded_ = std::move(network.model);
        notes_.insert(notes_.end(), network.notes.begin(), network.notes.end());
        evaluator_ = std::make_unique<Evaluator>(model.info, model.graph->meta_channels(), loaded_,
                                                 evaluator_options(config, notes_));
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

std::unique_ptr<Engine> load_human_engine(const Options& options, const Config& config) {
    const auto file = options.value("human-model");
    return file ? std::make_unique<Engine>(*file, config) : nullptr;
}

void report_unused_keys(const Config& config, Logger& log, std::ostream& err) {
    std::vector<std::string> unknown;
    for (const std::string& key : config.unused_keys()) {
        const std::optional<std::string_view> reason = reason_to_ignore(key);
        if (reason)
            log.write("Config key " + key + " has no effect: " + std::string(*reason));
        else
            unknown.push_back(key);
    }
    for (const std::string& line : config.unused_key_warning(unknown)) {
        err << line << std::endl;
        if (!log.options().to_stderr) log.write(line);
    }
}

}  // namespace katago
