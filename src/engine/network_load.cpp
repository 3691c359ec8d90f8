// SPDX-License-Identifier: MIT
#include "engine/network_load.h"

#include <cstring>
#include <iostream>
#include <sstream>
#include <type_traits>
#include <utility>

#include "backend/tuning_file.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/heap.h"
#include "core/machine.h"
#include "engine/benchmark_positions.h"
#include "engine/locate.h"
#include "eval/make_evaluator.h"
#include "report/progress_line.h"

namespace katago {

namespace {

// Beyond these a user could see the difference: the second is a tenth of what FP32 itself moves by from one symmetry of
// a position to the next.
constexpr double kMostDivergence = 1e-3, kMostWinrateError = 0.005;
// Raise it when kernels change their results.
constexpr int kAgreementVersion = 4;
constexpr int kBigPositions = 4, kSmallPositions = 2;

std::vector<BoardHistory> built_in_positions() {
    std::vector<BoardHistory> positions = benchmark_positions(19, kBigPositions);
    for (BoardHistory& position : benchmark_positions(9, kSmallPositions)) positions.push_back(std::move(position));
    return positions;
}

// Tells networks apart: every 61st weight of each product.
uint64_t fingerprint(const Graph& graph) {
    uint64_t hash = graph.nodes().size();
    for (const Node& node : graph.nodes()) {
        std::visit(
            [&](const auto& layer) {
                if constexpr (requires { layer.weights; }) {
                    const Weights weights = layer.weights.floats();
                    for (size_t i = 0; i < weights->size(); i += 61) {
                        uint32_t bits = 0;
                        std::memcpy(&bits, &(*weights)[i], sizeof(bits));
                        hash = mix::lc1(hash ^ bits);
                    }
                }
            },
            node.layer);
    }
    return mix::murmur(hash);
}

std::string text_of(const Agreement& a) {
    std::ostringstream out;
    out << a.positions << " " << a.top1 << " " << a.mean_kl << " " << a.mean_winrate_error << " " << a.p99_winrate_error
        << " " << a.mean_score_error << " " << a.p99_score_error;
    return out.str();
}

std::optional<Agreement> parse_agreement(const std::string& text) {
    std::istringstream in(text);
    Agreement a;
    in >> a.positions >> a.top1 >> a.mean_kl >> a.mean_winrate_error >> a.p99_winrate_error >> a.mean_score_error >>
        a.p99_score_error;
    return in ? std::optional(a) : std::nullopt;
}

}  // namespace

PrecisionSetting read_precision(const Config& config) {
    const std::optional<bool> use_fp16 = config.get_bool_or_auto("useFP16", std::nullopt);
    if (config.contains("nnPrecision")) return {parse_precision(config.get_string("nnPrecision"), "nnPrecision"), ""};
    if (!use_fp16) return {};
    if (!*use_fp16) return {Precision::Fp32, "useFP16 = false: computing in FP32"};
    return {Precision::Auto, "useFP16 = true: the precision is chosen as with nnPrecision = auto"};
}

ModelReadOptions model_read_options(const Config& config) {
    return {.verify = config.get_bool("verifyModelFile", true)};
}

std::filesystem::path tuning_folder(const Config& config) {
    const std::string home = config.get_string("homeDataDir", "");
    return (home.empty() ? home_data_directory() : std::filesystem::path(home)) / "tuning";
}

Agreement agreement_with_fp32(const Model& model, const Backend& backend, std::shared_ptr<const LoadedModel>& loaded,
                              const LoadOptions& options) {
    TuningFile file(options.tuning_folder / "agreement.txt",
                    "katago agreement " + std::to_string(kAgreementVersion) + ", " + cpu_name());
    const std::string key = model.info.name + ", " + std::to_string(fingerprint(*model.graph)) + ", " +
                            backend.description() + ", " + loaded->description();
    if (!options.measure_again) {
        if (const auto known = parse_agreement(file.find(key).value_or(""))) return *known;
    }
    const std::vector<BoardHistory> positions = built_in_positions();
    const auto answers = [&](std::shared_ptr<const LoadedModel> network) {
        const auto evaluator = make_evaluator(model.info, model.graph->meta_channels(), std::move(network),
                                              {.cache_size_power_of_two = -1});
        return evaluate_positions(*evaluator, positions);
    };
    // One after the other: a big network twice would not fit into a small board.
    loaded.reset();
    const auto exact = answers(backend.load(*model.graph));
    return_free_memory();
    LoadOptions again = options;
    again.measure_again = false;
    loaded = backend.load(*model.graph, again);
    const auto fast = answers(loaded);
    std::vector<Difference> differences;
    for (size_t i = 0; i < positions.size(); ++i) differences.push_back(compare(*exact[i], *fast[i]));
    const Agreement agreement = summarize(differences);
    file.set(key, text_of(agreement));
    try {
        file.save();
    } catch (const IoError& error) {  // it will be measured again, that is all
        if (options.log) options.log(error.what());
    }
    return agreement;
}

LoadedNetwork load_network(const Model& model, const Backend& backend, const Config& config) {
    LoadedNetwork network;
    const PrecisionSetting setting = read_precision(config);
    if (!setting.note.empty()) network.notes.push_back(setting.note);
    ProgressLine progress(std::cerr);
    LoadOptions options;
    options.precision = setting.precision;
    options.tuning_folder = tuning_folder(config);
    options.memory_bytes = read_machine_memory().free_bytes / 2;  // the rest is for the tree and the cache
    options.log = [&](const std::string& line) { network.notes.push_back(line); };
    options.progress = [&](int done, int all) {
        progress.show("Measuring kernels on this machine, once: " + std::to_string(done) + " of " +
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
