// SPDX-License-Identifier: MIT
#include "engine/quantize_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "engine/agreement_meter.h"
#include "engine/quantization_notes.h"
#include "eval/make_evaluator.h"
#include "nn/int8_layers.h"
#include "quant/block_rounding.h"
#include "quant/file_room.h"
#include "quant/quantize_layers.h"
#include "quant/stored_weights.h"

namespace katago {

namespace {

// Positions to measure a layer alone on: its divergence is a mean over few, but the same ones for every layer.
constexpr size_t kPositionsAlone = 12;
// The part of the budget that the sum of the layers' own divergences is to keep to.
constexpr double kPlanned = 0.9;
constexpr int kMostRounds = 12;

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
        for (const auto& [node, weights] : int8_)
            layers_.push_back({.node = node,
                               .stored = DType::Int8,
                               .one_scale = settings_.one_scale == OneScale::All && one_scale_.contains(node)});
        if (!settings_.measure_layers) measure(meter, result);
        if (settings_.measure_layers || !result.within_budget) {
            measure_layers(meter);
            fill_up();
            measure(meter, result);
        }
        keep_budget(meter, result);
        if (settings_.one_scale == OneScale::Mixed) plan_one_scale(meter, result);
        result.layers = layers_;
        result.model = model_;
        result.model.graph = std::make_shared<const Graph>(stored_graph());
        result.model.notes["source"] = source_note(model_, source_file);
        result.model.notes["quantization"] =
            quantization_note(*model_.graph, layers_, block_, set, settings_.calibration.seed);
        result.model.notes["accuracy"] = accuracy_note(result.agreement);
        return result;
    }

  private:
    void round_layers(const CalibrationSet& set) {
        const auto exact = make_evaluator(model_.info, model_.graph->meta_channels(), backend_.load(*model_.graph),
                                          {.cache_size_power_of_two = -1});
        const ObserveCalibration observe = observe_with(*exact, *model_.graph, set);
        const std::vector<NodeId> layers = settings_.layers ? *settings_.layers : int8_candidates(*model_.graph);
        if (settings_.one_scale == OneScale::None) {
            int8_ = round(layers, {block_}, observe, set).front();
            return;
        }
        std::vector<NodeId> with_one_scale, others;
        const std::vector<NodeId> may = int8_input_layers(*model_.graph);
        for (const NodeId id : layers)
            (std::binary_search(may.begin(), may.end(), id) ? with_one_scale : others).push_back(id);
        const bool all = settings_.one_scale == OneScale::All;
        const std::vector<WeightsByNode> rounded =
            round(with_one_scale, all ? std::vector{kOneScale} : std::vector{block_, kOneScale}, observe, set);
        int8_ = rounded.front(), one_scale_ = rounded.back();
        if (!others.empty()) int8_.merge(round(others, {block_}, observe, set).front());
    }

    // These layers, once for each of `blocks`.
    std::vector<WeightsByNode> round(const std::vector<NodeId>& layers, std::vector<int> blocks,
                                     const ObserveCalibration& observe, const CalibrationSet& set) const {
        QuantizeOptions options;
        options.blocks = std::move(blocks);
        options.boards = static_cast<int>(set.statistics.size());
        options.threads = settings_.threads;
        options.progress = [&](size_t done, size_t all) { progress_("layers rounded", done, all); };
        progress_("layers rounded", 0, 1);
        return quantize_layers(
            *model_.graph, layers,
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
        std::map<NodeId, const LayerChoice*> choices;
        for (const LayerChoice& layer : layers_) choices[layer.node] = &layer;
        return with_weights(*model_.graph, [&](NodeId id, const LinearWeights& weights) {
            const auto found = choices.find(id);
            if (found != choices.end() && found->second->stored == DType::Int8)
                return (found->second->one_scale ? one_scale_ : int8_).at(id);
            return as_fp16(weights).value_or(weights);
        });
    }
    // The divergence with one layer rounded so, all others as they were.
    double divergence_alone(const AgreementMeter& meter, NodeId node, const LinearWeights& rounded) const {
        const Graph graph = with_weights(
            *model_.graph, [&](NodeId id, const LinearWeights& weights) { return id == node ? rounded : weights; });
        return meter.measure(graph, kPositionsAlone, [&] { progress_(nullptr, 0, 0); }).mean_kl;
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
            layers_[i].kl_alone = divergence_alone(meter, layers_[i].node, int8_.at(layers_[i].node));
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

    // Takes the worst layers out of INT8 until the rest fits the budget.
    void keep_budget(const AgreementMeter& meter, QuantizedModel& result) {
        std::vector<Cost> costs;
        for (LayerChoice& layer : layers_)
            if (layer.stored == DType::Int8) costs.push_back({&layer, layer.kl_alone, layer.kl_alone});
        give_up_worst(meter, result, std::move(costs), /*rest=*/0,
                      [](LayerChoice& layer) { layer.stored = DType::Float16; });
    }

    // Gives one scale to the layers where it costs least for their size, as many as the budget allows.
    void plan_one_scale(const AgreementMeter& meter, QuantizedModel& result) {
        std::vector<Cost> costs;
        for (size_t i = 0; i < layers_.size(); ++i) {
            LayerChoice& layer = layers_[i];
            progress_("layers measured with one scale", i, layers_.size());
            const auto found = one_scale_.find(layer.node);
            if (layer.stored != DType::Int8 || found == one_scale_.end()) continue;
            const LinearWeights& weights = found->second;
            layer.kl_one_scale = divergence_alone(meter, layer.node, weights);
            const double more = std::max(layer.kl_one_scale - std::max(layer.kl_alone, 0.0), 0.0);
            costs.push_back({&layer, more, more / static_cast<double>(weights.size())});
        }
        const double before = result.agreement.mean_kl;
        std::stable_sort(costs.begin(), costs.end(), [](const Cost& a, const Cost& b) { return a.rank < b.rank; });
        double sum = before;
        std::vector<Cost> taken;
        for (const Cost& cost : costs) {
            if (sum + cost.divergence > kPlanned * settings_.max_kl) continue;
            sum += cost.divergence;
            cost.layer->one_scale = true;
            taken.push_back(cost);
        }
        measure(meter, result);
        give_up_worst(meter, result, std::move(taken), before, [](LayerChoice& layer) { layer.one_scale = false; });
    }

    // What a layer adds to the divergence, and its place among those to be given up.
    struct Cost {
        LayerChoice* layer;
        double divergence, rank;
    };
    // Gives up one layer after another, the highest rank first, until the network fits the budget: divergences of
    // single layers add up. `rest`: what others add.
    void give_up_worst(const AgreementMeter& meter, QuantizedModel& result, std::vector<Cost> costs, double rest,
                       const std::function<void(LayerChoice&)>& give_up) const {
        std::stable_sort(costs.begin(), costs.end(), [](const Cost& a, const Cost& b) { return a.rank > b.rank; });
        auto next = costs.begin();
        for (int round = 0; !result.within_budget && next != costs.end() && round < kMostRounds; ++round) {
            double sum = 0;
            for (auto it = next; it != costs.end(); ++it) sum += it->divergence;
            const double found = std::max(result.agreement.mean_kl - rest, 1e-12), most = settings_.max_kl - rest;
            const double wanted = std::clamp(kPlanned * most / found, 0.0, 1.0) * sum;
            do {
                sum -= next->divergence;
                give_up(*(next++)->layer);
            } while (next != costs.end() && sum > wanted);
            measure(meter, result);
        }
    }

    const Model& model_;
    const Backend& backend_;
    const QuantizeSettings& settings_;
    const QuantizeProgress& progress_;
    int block_;
    WeightsByNode int8_, one_scale_;  // the latter of those layers alone that may have one scale
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
    fp16.notes["quantization"] = fp16_note();
    return fp16;
}

}  // namespace katago
