// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "backend/registry.h"
#include "core/config.h"
#include "core/log.h"
#include "engine/choice/backend_choice.h"
#include "engine/choice/load_watch.h"
#include "eval/evaluator.h"
#include "nn/format/model_file.h"
#include "nn/stats.h"

namespace katago {

struct EngineOptions {
    bool keep_graph = false;  // the network as the file describes it, weights included
    // Where a person is told what takes long, and that the embedded network is in use; null: nowhere.
    std::ostream* console = nullptr;
    // What bounds the measurements; null: nnMeasureSeconds does.
    std::shared_ptr<MeasuringTime> measuring = nullptr;
    BackendTable backends = katago::backends();
};

// A network ready to evaluate, set up once from a configuration for whatever command runs it. Keeps the weights in the
// form that is computed with, not the file's. Immutable but for the evaluator, which is thread-safe. The command owns
// it; what it hands out lives as long as it does.
class Engine {
  public:
    // Reads the file and packs its weights; may measure kernels, once on a machine. Throws ModelError, IoError,
    // ConfigError, UsageError, UnsupportedError, MeasuringStopped.
    Engine(const std::filesystem::path& model_file, const Config& config, const EngineOptions& options = {});

    Evaluator& evaluator() { return *evaluator_; }
    const ModelInfo& model() const { return evaluator_->info(); }
    // As it was given.
    const std::string& model_file() const { return model_file_; }
    // Only with EngineOptions::keep_graph.
    const Graph& graph() const;
    // What the file tells of its making, JSON texts by name (see Model::notes).
    const std::map<std::string, std::string>& model_notes() const { return model_notes_; }
    // Of one evaluation.
    const MultiplyAdds& multiply_adds() const { return multiply_adds_; }
    const BackendDevice& computes_with() const { return choice_.chosen; }
    const LoadedModel& loaded_model() const { return *loaded_; }
    // Writes what computes the network, in which precision, and why.
    void report(Logger& log) const;
    // From searchRandSeed, else the same with forDeterministicTesting, else different every time.
    uint64_t seed() const { return seed_; }

  private:
    // Gives the network to what was chosen, or, where auto chose it and it fails, to the processor. `model` becomes
    // what is computed from, with weights as the configuration wants them stored.
    void load(Model& model, const Config& config, const LoadWatch& watch);
    // Loads the same network for the processor, while the search goes on, where a device that auto chose fails later.
    EvalFallback fallback(const Config& config, const ModelReadOptions& reading, std::ostream* console) const;

    std::string model_file_;
    std::shared_ptr<const Graph> graph_;  // null unless it was to be kept
    std::map<std::string, std::string> model_notes_;
    MultiplyAdds multiply_adds_;
    BackendChoice choice_;
    std::shared_ptr<const LoadedModel> loaded_;
    std::unique_ptr<Evaluator> evaluator_;
    std::vector<std::string> notes_;  // on the precision and the cache
    uint64_t seed_ = 0;
};

}  // namespace katago
