// SPDX-License-Identifier: MIT
#include "engine/fp32_agreement.h"

#include <cstring>
#include <optional>
#include <sstream>
#include <utility>
#include <variant>

#include "backend/tuning_file.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/heap.h"
#include "engine/benchmark_positions.h"
#include "eval/make_evaluator.h"

namespace katago {

namespace {

// Raise it when kernels change their results.
constexpr int kAgreementVersion = 4;
constexpr int kBigPositions = 4, kSmallPositions = 2;

std::vector<BoardHistory> built_in_positions() {
    std::vector<BoardHistory> positions = benchmark_positions(19, kBigPositions);
    for (BoardHistory& position : benchmark_positions(9, kSmallPositions)) positions.push_back(std::move(position));
    return positions;
}

// A hash that tells networks apart: of every 61st weight of each linear layer.
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

Agreement agreement_with_fp32(const Model& model, const BackendChoice& choice,
                              std::shared_ptr<const LoadedModel>& loaded, const LoadOptions& options) {
    const Backend& backend = *choice.chosen.backend;
    TuningFile file(options.tuning_folder / "agreement.txt",
                    "katago agreement " + std::to_string(kAgreementVersion) + ", " + cpu_name());
    const std::string key = model.info.name + ", " + std::to_string(fingerprint(*model.graph)) + ", " +
                            backend.description() + ", " + loaded->description() +
                            (choice.chosen.device ? ", " + choice.chosen.device->identity : "");
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
    const auto exact = answers(choice.exact().load(*model.graph));
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
        if (options.log) options.log("The comparison with FP32 is not kept: " + std::string(error.what()));
    }
    return agreement;
}

}  // namespace katago
