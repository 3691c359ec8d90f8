// SPDX-License-Identifier: MIT
#include "engine/quantization_notes.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/json_text.h"

namespace katago {

using nlohmann::json;

std::string source_note(const Model& model, const std::string& file) {
    return json_text(json{{"file", file}, {"sha256", model.info.sha256}});
}

std::string fp16_note() {
    return json_text(json{{"precision", "fp16"}});
}

std::string quantization_note(const Graph& graph, const std::vector<LayerChoice>& layers, int block,
                              const CalibrationSet& set, uint64_t seed) {
    json games = json::array();
    for (const SampledGame& game : set.sampled.games)
        games.push_back({{"file", std::filesystem::path(game.file).filename().string()},
                         {"sha256", game.sha256},
                         {"positions", game.positions}});
    json kept = json::array(), one_scale = json::array();
    for (const LayerChoice& layer : layers) {
        const std::string& name = graph.node(layer.node).name;
        if (layer.stored != DType::Int8)
            kept.push_back(name);
        else if (layer.one_scale)
            one_scale.push_back(name);
    }
    json note = {{"precision", "int8"},     {"block", block},           {"rounding", "error-compensated"},
                 {"heads", "fp16"},         {"layersKeptInFp16", kept}, {"calibrationPositions", set.statistics.size()},
                 {"calibrationSeed", seed}, {"calibrationGames", games}};
    if (!one_scale.empty()) note["layersWithOneScale"] = one_scale;
    return json_text(note);
}

std::string accuracy_note(const Agreement& a) {
    return json_text(json{
        {"against", "the source, both computed in FP32, on positions of the calibration's games not used otherwise"},
        {"positions", a.positions},
        {"top1", a.top1},
        {"top5", a.top5},
        {"policyKL", a.mean_kl},
        {"policyKLp99", a.p99_kl},
        {"winrateError", a.mean_winrate_error},
        {"winrateErrorP99", a.p99_winrate_error},
        {"leadError", a.mean_score_error},
        {"leadErrorP99", a.p99_score_error},
        {"ownershipError", a.mean_ownership_error}});
}

}  // namespace katago
