// SPDX-License-Identifier: MIT
#include "engine/choice/backend_choice.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "backend/tuning_file.h"
#include "core/error.h"
#include "core/heap.h"
#include "core/machine.h"
#include "core/text.h"
#include "engine/network_settings.h"
#include "engine/speed/nn_speed.h"
#include "nn/stats.h"
#include "report/slow_progress.h"

namespace katago {

namespace {

// Raise it when the measurement changes.
constexpr int kChoiceVersion = 1;
constexpr int kBoardLength = 19;
constexpr int kPlansInFlight = 2;
constexpr int kMostBatches = 10'000;

// What tells networks apart that take unequal time, whatever their names.
std::string shape_of(const Graph& graph) {
    const LayerStats total = graph_stats(graph, kBoardLength * kBoardLength).total;
    return std::to_string(graph.nodes().size()) + " layers, " + std::to_string(total.parameters) + " parameters, " +
           std::to_string(total.bytes) + " bytes, " + std::to_string(total.multiply_adds) + " multiply-adds";
}

// Measures candidates, or finds what was measured before. One thread at a time.
class Trial {
  public:
    Trial(const Model& model, const Config& config, const ChoiceOptions& options)
        : model_(model),
          config_(config),
          options_(options),
          file_(tuning_folder(config) / "backends.txt", "katago backends " + std::to_string(kChoiceVersion) + ", " +
                                                            cpu_name() + ", " + std::to_string(usable_cores()) +
                                                            " cores"),
          shape_(shape_of(*model.graph)) {
        if (options.watch.console) progress_.emplace(*options.watch.console);
    }

    // Evaluations a second; nothing where it is not known and not to be measured, or no time is left. Throws what the
    // backend throws, and MeasuringStopped.
    std::optional<double> rate(const BackendDevice& candidate) {
        if (!options_.measure_again)
            if (const auto kept = parse_number(file_.find(key_of(candidate)).value_or(""))) return kept;
        if (!options_.measure) return std::nullopt;
        const std::optional<double> rate = measure(candidate);
        if (!rate) {
            options_.watch.time->leave(candidate.title());
            return rate;
        }
        options_.watch.time->count();
        file_.set(key_of(candidate), default_number(*rate));
        is_new_ = true;
        return rate;
    }

    void keep(std::vector<std::string>& notes) const {
        if (is_new_)
            file_.save_or_tell("The speeds of backends are", [&](const std::string& line) { notes.push_back(line); });
    }

  private:
    LoadOptions loading_of(const BackendDevice& candidate) const {
        Precision precision = read_precision(config_).precision;
        // The processor's INT8 takes a network that is quantized first, in minutes; Auto is about as fast.
        if (precision == Precision::Int8) precision = Precision::Auto;
        return load_options(config_, precision, candidate);
    }

    std::string key_of(const BackendDevice& candidate) const {
        const LoadOptions loading = loading_of(candidate);
        std::string key = candidate.title() + ", " +
                          (candidate.device ? candidate.device->identity : candidate.backend->description()) + ", " +
                          std::string(name_of(loading.precision));
        if (loading.kernels) key += ", kernels " + std::string(name_of(*loading.kernels));
        key += ", " + shape_;
        std::replace_if(
            key.begin(), key.end(), [](char c) { return c == '\t' || c == '\n'; }, ' ');
        return key;
    }

    bool has_time() const { return options_.watch.time->goes_on(MeasuringTime::kKernelShare); }

    std::optional<double> measure(const BackendDevice& candidate) {
        if (!has_time()) return std::nullopt;
        const Graph& graph = *model_.graph;
        show(candidate.title(), 0, 1);
        LoadOptions loading = loading_of(candidate);
        loading.memory_bytes = memory_for_weights();
        loading.progress = [&](int done, int all) { show(candidate.title() + ", its kernels", done, all); };
        loading.time = options_.watch.time;
        const auto loaded = candidate.backend->load(graph, loading);
        // Kernels that were left to a later start will be faster: their time is over, so is this one's.
        if (!has_time()) return std::nullopt;
        NnLoad load;
        load.batch = loaded->batch_preference().best_batch;
        load.threads = load.batch > 1 ? kPlansInFlight : usable_cores();
        load.iterations = kMostBatches;
        load.max_seconds = options_.seconds;
        const NnRows rows = benchmark_rows(model_.info, graph, kBoardLength, load.batch + kPlansInFlight);
        const double rate = measure_nn(graph, *loaded, std::span(&rows, 1), load).wall_rate();
        if (progress_) progress_->clear();
        return rate;
    }

    void show(const std::string& what, int done, int all) {
        if (progress_)
            progress_->show("Measuring what computes this network fastest, once: " + what, static_cast<size_t>(done),
                            static_cast<size_t>(all));
    }

    const Model& model_;
    const Config& config_;
    const ChoiceOptions& options_;
    TuningFile file_;
    std::string shape_;
    std::optional<SlowProgress> progress_;
    bool is_new_ = false;
};

}  // namespace

BackendChoice choose_backend(const Model& model, const BackendSetting& setting, const Config& config,
                             const ChoiceOptions& options) {
    BackendChoice choice{setting.candidates.front(), setting.processor, setting.is_auto, setting.notes};
    if (setting.candidates.size() == 1) return choice;
    Trial trial(model, config, options);
    std::vector<std::string> rates;
    double best = -1;
    for (const BackendDevice& candidate : setting.candidates) {
        try {
            const std::optional<double> rate = trial.rate(candidate);
            rates.push_back(candidate.title() + " " + (rate ? fixed_number(*rate, 1) : "not measured"));
            if (rate.value_or(-1) <= best) continue;
            best = *rate;
            choice.chosen = candidate;
        } catch (const Error& error) {
            if (!candidate.device) throw;
            choice.notes.push_back(candidate.title() + " is left out: " + error.what());
        }
        return_free_memory();
    }
    choice.notes.push_back(choice.chosen.title() + " computes; evaluations a second: " + join(rates, ", "));
    trial.keep(choice.notes);
    return choice;
}

}  // namespace katago
