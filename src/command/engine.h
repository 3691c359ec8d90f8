// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command/options.h"
#include "command/table.h"
#include "core/config.h"
#include "core/log.h"
#include "eval/evaluator.h"
#include "nn/model_file.h"
#include "nn/stats.h"

namespace katago {

// What the command line and the configuration say, before anything is loaded.
struct Launch {
    std::filesystem::path model_file;
    Config config;
    std::vector<std::string> notes;  // overrides, for the log
};

// What a command does without -config: reads a file where there is one, else takes built-in settings.
struct DefaultConfig {
    std::optional<std::filesystem::path> file;
    std::string_view text;

    // Of all commands that play: KataGo's default_gtp.cfg.
    static DefaultConfig for_play();
};

// Finds the model, then reads the configuration: the files named, else the default.
// Throws UsageError, IoError, ConfigError.
Launch prepare_launch(const Options& options, const DefaultConfig& fallback = DefaultConfig::for_play());

// A logger as the configuration wants it, the configuration itself written to it.
std::unique_ptr<Logger> make_logger(const Launch& launch, LogOptions defaults, const Streams& streams);

struct EngineOptions {
    bool keep_graph = false;  // the network as the file describes it, weights included
};

// A network ready to evaluate, set up once from a configuration for whatever command runs it. Keeps the weights in the
// form that is computed with, not the file's. Immutable but for the evaluator, which is thread-safe.
class Engine {
  public:
    // Reads the file and packs its weights; may measure kernels, once on a machine. Throws ModelError, IoError,
    // ConfigError, UsageError, UnsupportedError.
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
    const Backend& backend() const { return *backend_; }
    const LoadedModel& loaded_model() const { return *loaded_; }
    // Writes what computes the network, in which precision, and why.
    void report(Logger& log) const;
    // From searchRandSeed, else the same with forDeterministicTesting, else different every time.
    uint64_t seed() const { return seed_; }

  private:
    std::string model_file_;
    std::shared_ptr<const Graph> graph_;  // null unless it was to be kept
    std::map<std::string, std::string> model_notes_;
    MultiplyAdds multiply_adds_;
    const Backend* backend_;
    std::shared_ptr<const LoadedModel> loaded_;
    std::unique_ptr<Evaluator> evaluator_;
    std::vector<std::string> notes_;  // on the precision and the cache
    uint64_t seed_ = 0;
};

// The network of -human-model, which imitates people; null where there is none. Throws like Engine.
std::unique_ptr<Engine> load_human_engine(const Options& options, const Config& config);

// Tells of keys that nobody used: a warning on `err` for those that are unknown, one log line for each KataGo key that
// has no effect in this engine. Call after everything was read.
void report_unused_keys(const Config& config, Logger& log, std::ostream& err);

}  // namespace katago
