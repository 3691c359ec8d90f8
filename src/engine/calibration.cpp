// SPDX-License-Identifier: MIT
#include "engine/calibration.h"

#include <string>
#include <string_view>
#include <variant>

#include "engine/calibration_games.h"
#include "eval/agreement.h"
#include "eval/eval_thread.h"
#include "eval/features.h"
#include "game/symmetry.h"

namespace katago {

namespace {

// Every fourth game is held out.
constexpr int kHeldOutEvery = 4;

}  // namespace

std::vector<SgfText> built_in_calibration() {
    std::vector<SgfText> records;
    for (const std::string_view game : calibration_games())
        records.push_back({"built-in game " + std::to_string(records.size() + 1), game});
    return records;
}

CalibrationSet draw_calibration(const CalibrationOptions& options) {
    CalibrationSet set;
    if (options.paths.empty())
        set.sampled = sample_positions(built_in_calibration(), options.positions, options.seed);
    else
        set.sampled = sample_positions(options.paths, options.positions, options.seed);
    for (const SampledPosition& position : set.sampled.positions) {
        if (position.game % kHeldOutEvery == kHeldOutEvery - 1)
            set.held_out.push_back(position.history);
        else
            set.statistics.push_back(&position);
    }
    // Fewer than four games: better measured on what was seen than not at all.
    if (set.held_out.empty())
        for (const SampledPosition* position : set.statistics) set.held_out.push_back(position->history);
    return set;
}

ObserveCalibration observe_with(Evaluator& evaluator, const Graph& graph, const CalibrationSet& set) {
    NodeId planes = 0;
    while (!std::holds_alternative<InputSpatial>(graph.node(planes).layer)) ++planes;
    return [&evaluator, &set, planes](const BoardObserver& observer) {
        EvalThread thread(evaluator, /*seed=*/0);
        EvalOptions how = comparison_options();
        LadderMemory ladders;
        const RowChannels channels = row_channels(evaluator.info().input_version);
        std::vector<float> spatial, global(static_cast<size_t>(channels.global));
        for (const SampledPosition* position : set.statistics) {
            const BoardHistory& history = position->history;
            const BoardSize size = symmetry::size_after(history.board().size(), position->symmetry);
            const BoardShape shape{size.height, size.width};
            how.symmetry = position->symmetry;
            spatial.resize(static_cast<size_t>(shape.area()) * static_cast<size_t>(channels.spatial));
            fill_inputs(evaluator.info().input_version, {history, history.next_player(), how, position->symmetry},
                        ladders, spatial.data(), global.data());
            observer({planes, planes, 1, shape.area(), channels.spatial, spatial}, shape);
            thread.set_observer([&](const ObservedValue& value) { observer(value, shape); });
            thread.evaluate(history.board(), history, history.next_player(), how);
        }
    };
}

}  // namespace katago
