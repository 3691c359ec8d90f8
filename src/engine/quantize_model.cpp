// SPDX-License-Identifier: MIT
#include "engine/quantize_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/json_text.h"
#include "engine/agreement_meter.h"
#include "eval/make_evaluator.h"
#include "nn/format/json_fields.h"
#include "nn/int8_layers.h"
#include "quant/block_rounding.h"
#include "quant/file_room.h"
#include "quant/quantize_layers.h"
#include "quant/stored_weights.h"

namespace katago {

namespace {

using nlohmann::json;

// Positions to measure a layer alone on: its divergence is a mean over few, but the same ones for every layer.
constexpr size_t kPositionsAlone = 12;
// The part of the budget that the sum of the layers' own divergences is to keep to.
constexpr double kPlanned = 0.9;
constexpr int kMostRounds = 12;

using WeightsByNode = std::map<NodeId, LinearWeights>;

json agreement_json(const Agreement& a) {
    return {
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
        {"ownershipError", a.mean_ownership_error}};
}

std::string source_note(const Model& model, const std::string& file) {
    return json_text(json{{"file", file}, {"sha256", model.info.sha256}});
}

// One quantization, from the calibration to the notes of the file. One thread at a time; computes with several.
class Quantization {
  public:
    Quantization(const Model& model, const Backend& backend, const QuantizeSettings& settings,
                 const QuantizeProgress& progress)
        : model_(model),
          backend_(backend),
          settings_(settings),
          progress_(progress),
          block_(settings.block > 0 ? settings.block : block_in_room(*model.graph)) {}

    QuantizedModel run(const std::string& source_file) {
        QuantizedModel result;
        const CalibrationSet set = draw_calibration(settings_.calibration);
        result.warnings = set.sampled.warnings;
        round_layers(set);
        const AgreementMeter meter(model_, backend_, set.held_out, settings_.threads,
                                   [&](size_t done, size_t all) { progress_("positions in FP32", done, all); });
        for (const auto& [node, weights] : int8_) layers_.push_back({node, DType::Int8, -1});
        if (!settings_.measure_layers) measure(meter, result);
        if (settings_.measure_layers || !result.within_budget) {
            measure_layers(meter);
            fill_up();
            measure(meter, result);
        }
        keep_budget(meter, result);
        result.layers = layers_;
        result.model = model_;
        result.model.graph = std::make_shared<const Graph>(stored_graph());
        result.model.notes["source"] = source_note(model_, source_file);
        result.model.notes["quantization"] = json_text(quantization_note(set));
        result.model.notes["accuracy"] = json_text(agreement_json(result.agreement));
        return result;
    }

  private:
    void round_layers(const CalibrationSet& set) {
        const auto exact = make_evaluator(model_.info, model_.graph->meta_channels(), backend_.load(*model_.graph),
                                          {.cache_size_power_of_two = -1});
        QuantizeOptions options;
        options.block = block_;
        options.boards = static_cast<int>(set.statistics.size());
        options.threads = settings_.threads;
        options.progress = [&](size_t done, size_t all) { progress_("layers rounded", done, all); };
        progress_("layers rounded", 0, 1);
        const ObserveCalibration observe = observe_with(*exact, *model_.graph, set);
        int8_ = quantize_layers(
            *model_.graph, settings_.layers ? *settings_.layers : int8_candidates(*model_.graph),
            [&](const BoardObserver& observer) {
                observe([&](const ObservedValue& value, BoardShape board) {
                    progress_(nullptr, 0, 0);
                    observer(value, board);
                });
            },
            options);
    }

    // The network as it would be stored.
    Graph stored_graph() const {
        std::map<NodeId, DType> stored;
        for (const LayerChoice& layer : layers_) stored[layer.node] = layer.stored;
        return with_weights(*model_.graph, [&](NodeId id, const LinearWeights& weights) {
            const auto found = stored.find(id);
            if (found != stored.end() && found->second == DType::Int8) return int8_.at(id);
            return as_fp16(weights).value_or(weights);
        });
    }
    Graph one_in_int8(NodeId node) const {
        return with_weights(*model_.graph, [&](NodeId id, const LinearWeights& weights) {
            return id == node ? int8_.at(id) : weights;
        });
    }

    void measure(const AgreementMeter& meter, QuantizedModel& result) const {
        progress_("whole network measured", 0, 1);
        result.agreement = meter.measure(stored_graph(), meter.positions(), [&] { progress_(nullptr, 0, 0); });
        const Agreement& a = result.agreement;
        // Best moves are counted on few positions: what could be chance does not fail the budget.
        const double chance = std::sqrt(std::max(a.top1 * (1 - a.top1), 0.0) / std::max(a.positions, 1));
        result.within_budget = a.mean_kl <= settings_.max_kl && a.top1 + chance >= settings_.min_agreement;
    }

    void measure_layers(const AgreementMeter& meter) {
        for (size_t i = 0; i < layers_.size(); ++i) {
            progress_("layers measured alone", i, layers_.size());
            layers_[i].kl_alone =
                meter.measure(one_in_int8(layers_[i].node), kPositionsAlone, [&] { progress_(nullptr, 0, 0); }).mean_kl;
        }
    }

    // Stores in FP16 the layers where that saves the most divergence for their size, as many as the file has room for.
    // Most are 1x1 convolutions on the way into and out of a block: a tenth of the weights, half of the error.
    void fill_up() {
        const auto divergence_a_weight = [&](const LayerChoice& layer) {
            return layer.kl_alone / static_cast<double>(int8_.at(layer.node).size());
        };
        std::vector<LayerChoice> worst = layers_;
        std::stable_sort(worst.begin(), worst.end(), [&](const LayerChoice& a, const LayerChoice& b) {
            return divergence_a_weight(a) > divergence_a_weight(b);
        });
        std::vector<NodeId> worst_first;
        for (const LayerChoice& layer : worst) worst_first.push_back(layer.node);
        const std::vector<NodeId> fp16 = fp16_in_room(*model_.graph, block_, worst_first);
        for (LayerChoice& layer : layers_)
            if (std::find(fp16.begin(), fp16.end(), layer.node) != fp16.end()) layer.stored = DType::Float16;
    }

    // Takes the worst layers out of INT8 until the rest fits the budget: divergences of single layers add up.
    void keep_budget(const AgreementMeter& meter, QuantizedModel& result) {
        std::vector<LayerChoice*> worst;
        for (LayerChoice& layer : layers_)
            if (layer.stored == DType::Int8) worst.push_back(&layer);
        std::stable_sort(worst.begin(), worst.end(),
                         [](const LayerChoice* a, const LayerChoice* b) { return a->kl_alone > b->kl_alone; });
        auto next = worst.begin();
        for (int round = 0; !result.within_budget && next != worst.end() && round < kMostRounds; ++round) {
            double sum = 0;
            for (auto it = next; it != worst.end(); ++it) sum += (*it)->kl_alone;
            const double wanted = std::min(kPlanned * settings_.max_kl / result.agreement.mean_kl, 1.0) * sum;
            do {
                sum -= (*next)->kl_alone;
                (*next++)->stored = DType::Float16;
            } while (next != worst.end() && sum > wanted);
            measure(meter, result);
        }
    }

    json quantization_note(const CalibrationSet& set) const {
        json games = json::array();
        for (const SampledGame& game : set.sampled.games)
            games.push_back({{"file", std::filesystem::path(game.file).filename().string()},
                             {"sha256", game.sha256},
                             {"positions", game.positions}});
        json kept = json::array();
        for (const LayerChoice& layer : layers_)
            if (layer.stored != DType::Int8) kept.push_back(model_.graph->node(layer.node).name);
        return {{"precision", "int8"},
                {"block", block_ == kOneScale ? json("output") : json(block_)},
                {"rounding", "error-compensated"},
                {"heads", "fp16"},
                {"layersKeptInFp16", kept},
                {"calibrationPositions", set.statistics.size()},
                {"calibrationSeed", settings_.calibration.seed},
                {"calibrationGames", games}};
    }

    const Model& model_;
    const Backend& backend_;
    const QuantizeSettings& settings_;
    const QuantizeProgress& progress_;
    int block_;
    WeightsByNode int8_;
    std::vector<LayerChoice> layers_;
};

}  // namespace

QuantizedModel quantize_model(const Model& model, const std::string& source_file, const Backend& backend,
                              const QuantizeSettings& settings, const QuantizeProgress& progress) {
    return Quantization(model, backend, settings, progress).run(source_file);
}

Model model_in_fp16(const Model& model, const std::string& source_file) {
    Model fp16 = model;
    fp16.graph = std::make_shared<const Graph>(in_fp16(*model.graph));
    fp16.notes["source"] = source_note(model, source_file);
    fp16.notes["quantization"] = json_text(json{{"precision", "fp16"}});
    return fp16;
}

}  // namespace katago
