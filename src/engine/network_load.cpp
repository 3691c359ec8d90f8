// SPDX-License-Identifier: MIT
#include "engine/network_load.h"

#include <optional>
#include <utility>

#include "core/machine.h"
#include "engine/fp32_agreement.h"
#include "engine/network_settings.h"
#include "report/progress_line.h"

namespace katago {

namespace {

// Beyond these a user could see the difference: the second is a tenth of what FP32 itself moves by from one symmetry of
// a position to the next.
constexpr double kMostDivergence = 1e-3, kMostWinrateError = 0.005;

}  // namespace

LoadedNetwork load_network(const Model& model, const Backend& backend, const Config& config, std::ostream* console) {
    LoadedNetwork network;
    const PrecisionSetting setting = read_precision(config);
    if (!setting.note.empty()) network.notes.push_back(setting.note);
    std::optional<ProgressLine> progress;
    if (console) progress.emplace(*console);
    LoadOptions options;
    options.precision = setting.precision;
    options.tuning_folder = tuning_folder(config);
    options.memory_bytes = read_machine_memory().free_bytes / 2;  // the rest is for the tree and the cache
    options.log = [&](const std::string& line) { network.notes.push_back(line); };
    options.progress = [&](int done, int all) {
        if (progress)
            progress->show("Measuring kernels on this machine, once: " + std::to_string(done) + " of " +
                           std::to_string(all));
    };
    network.model = backend.load(*model.graph, options);
    const std::string description = network.model->description();
    if (setting.precision != Precision::Auto || network.model->saves_memory() || description.empty() ||
        description == "FP32") {
        if (!description.empty()) network.notes.push_back("Precision: " + description);
        return network;
    }
    const Agreement agreement = agreement_with_fp32(model, backend, network.model, options);
    const bool fine = agreement.mean_kl <= kMostDivergence && agreement.mean_winrate_error <= kMostWinrateError;
    if (!fine) network.model = backend.load(*model.graph);
    network.notes.push_back("Precision: " + (fine ? description : "FP32, because " + description + " is inexact") +
                            "; against FP32 " + describe(agreement));
    return network;
}

}  // namespace katago
