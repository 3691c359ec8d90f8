// SPDX-License-Identifier: MIT
#include "engine/network_load.h"

#include <chrono>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "engine/fp32_agreement.h"
#include "engine/network_settings.h"
#include "report/slow_progress.h"

namespace katago {

namespace {

// Beyond these a user could see the difference: the second is a tenth of what FP32 itself moves by from one symmetry of
// a position to the next.
constexpr double kMostDivergence = 1e-3, kMostWinrateError = 0.005;

bool is_exact_enough(const Agreement& agreement) {
    return agreement.mean_kl <= kMostDivergence && agreement.mean_winrate_error <= kMostWinrateError;
}

// `network` was loaded on the processor. Compares it with FP32 where its precision was left open, and falls back on
// that.
void check_processor(const ComparedLoad& load, LoadedNetwork& network) {
    const LoadOptions& options = load.options;
    const std::string description = network.model->description();
    if (options.precision != Precision::Auto || network.model->saves_memory() || description.empty() ||
        description == "FP32") {
        if (!description.empty()) network.notes.push_back("Precision: " + description);
        return;
    }
    const Agreement agreement = agreement_with_fp32(load, network.model);
    if (agreement.positions == 0) {
        network.notes.push_back("Precision: " + description + "; not compared with FP32 yet");
        return;
    }
    const bool fine = is_exact_enough(agreement);
    if (!fine) network.model = load.choice.chosen.backend->load(*load.model.graph);
    network.notes.push_back("Precision: " + (fine ? description : "FP32, because " + description + " is inexact") +
                            "; against FP32 " + describe(agreement));
}

// `network` was loaded on a device. Compares it with the processor's FP32, for drivers may be faulty, and falls back on
// the device's FP32.
void check_device(ComparedLoad load, LoadedNetwork& network) {
    LoadOptions& options = load.options;
    using Clock = std::chrono::steady_clock;
    while (true) {
        const Clock::time_point begin = Clock::now();
        const Agreement agreement = agreement_with_fp32(load, network.model);
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        const std::string description = network.model->description();
        const std::string found = (description.empty() ? std::string(name_of(options.precision)) : description) +
                                  " on " + load.choice.chosen.device->name + "; against the processor's FP32 " +
                                  describe(agreement);
        if (is_exact_enough(agreement)) {
            network.notes.push_back("Precision: " + found + " (compared in " + fixed_number(seconds, 1) + " s)");
            return;
        }
        if (options.precision == Precision::Fp32) throw BackendError("the device computes wrong answers: " + found);
        network.notes.push_back("Precision: FP32 is taken, because it is inexact in " + found);
        options.precision = Precision::Fp32;
        network.model = load.choice.chosen.backend->load(*load.model.graph, options);
    }
}

}  // namespace

LoadedNetwork load_network(const Model& model, const BackendChoice& choice, const Config& config,
                           const LoadWatch& watch) {
    LoadedNetwork network;
    const PrecisionSetting setting = read_precision(config);
    if (!setting.note.empty()) network.notes.push_back(setting.note);
    std::optional<SlowProgress> progress;
    if (watch.console) progress.emplace(*watch.console);
    const auto showing = [&progress](const char* what) {
        return [&progress, what](int done, int all) {
            if (progress) progress->show(what, static_cast<size_t>(done), static_cast<size_t>(all));
        };
    };
    LoadOptions options = load_options(config, setting.precision, choice.chosen);
    options.memory_bytes = memory_for_weights();
    options.log = [&](const std::string& line) { network.notes.push_back(line); };
    options.progress = showing("Measuring kernels on this machine, once");
    options.time = watch.time;
    if (choice.chosen.device && setting.precision == Precision::Int8)
        network.notes.push_back("nnPrecision = int8: " + choice.chosen.title() +
                                " computes in FP16, INT8 is the processor's");
    network.model = choice.chosen.backend->load(*model.graph, options);
    const ComparedLoad load{model, choice, options, showing("Comparing its answers with FP32, once")};
    if (choice.chosen.device)
        check_device(load, network);
    else
        check_processor(load, network);
    return network;
}

}  // namespace katago
