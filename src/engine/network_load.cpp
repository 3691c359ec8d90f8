// SPDX-License-Identifier: MIT
#include "engine/network_load.h"

#include <chrono>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "engine/fp32_agreement.h"
#include "engine/network_settings.h"
#include "report/progress_line.h"

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
void check_processor(const Model& model, const BackendChoice& choice, const LoadOptions& options,
                     LoadedNetwork& network) {
    const std::string description = network.model->description();
    if (options.precision != Precision::Auto || network.model->saves_memory() || description.empty() ||
        description == "FP32") {
        if (!description.empty()) network.notes.push_back("Precision: " + description);
        return;
    }
    const Agreement agreement = agreement_with_fp32(model, choice, network.model, options);
    const bool fine = is_exact_enough(agreement);
    if (!fine) network.model = choice.chosen.backend->load(*model.graph);
    network.notes.push_back("Precision: " + (fine ? description : "FP32, because " + description + " is inexact") +
                            "; against FP32 " + describe(agreement));
}

// `network` was loaded on a device. Compares it with the processor's FP32, for drivers may be faulty, and falls back on
// the device's FP32.
void check_device(const Model& model, const BackendChoice& choice, LoadOptions options, LoadedNetwork& network) {
    using Clock = std::chrono::steady_clock;
    while (true) {
        const Clock::time_point begin = Clock::now();
        const Agreement agreement = agreement_with_fp32(model, choice, network.model, options);
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        const std::string description = network.model->description();
        const std::string found = (description.empty() ? std::string(name_of(options.precision)) : description) +
                                  " on " + choice.chosen.device->name + "; against the processor's FP32 " +
                                  describe(agreement);
        if (is_exact_enough(agreement)) {
            network.notes.push_back("Precision: " + found + " (compared in " + fixed_number(seconds, 1) + " s)");
            return;
        }
        if (options.precision == Precision::Fp32) throw BackendError("the device computes wrong answers: " + found);
        network.notes.push_back("Precision: FP32 is taken, because it is inexact in " + found);
        options.precision = Precision::Fp32;
        network.model = choice.chosen.backend->load(*model.graph, options);
    }
}

}  // namespace

LoadedNetwork load_network(const Model& model, const BackendChoice& choice, const Config& config,
                           std::ostream* console) {
    LoadedNetwork network;
    const PrecisionSetting setting = read_precision(config);
    if (!setting.note.empty()) network.notes.push_back(setting.note);
    std::optional<ProgressLine> progress;
    if (console) progress.emplace(*console);
    LoadOptions options = load_options(config, setting.precision, choice.chosen);
    options.memory_bytes = memory_for_weights();
    options.log = [&](const std::string& line) { network.notes.push_back(line); };
    options.progress = [&](int done, int all) {
        if (progress)
            progress->show("Measuring kernels on this machine, once: " + std::to_string(done) + " of " +
                           std::to_string(all));
    };
    if (choice.chosen.device && setting.precision == Precision::Int8)
        network.notes.push_back("nnPrecision = int8: " + choice.chosen.title() +
                                " computes in FP16, INT8 is the processor's");
    network.model = choice.chosen.backend->load(*model.graph, options);
    if (choice.chosen.device)
        check_device(model, choice, options, network);
    else
        check_processor(model, choice, options, network);
    return network;
}

}  // namespace katago
