// SPDX-License-Identifier: MIT
#include "eval/features.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/ensure.h"
#include "core/error.h"
#include "eval/feature_planes.h"
#include "eval/feature_scope.h"

namespace katago {

namespace {

// The player's komi, clipped to the board's area and `margin` more.
float clipped_komi(const FeatureQuery& query, int margin) {
    const auto limit = static_cast<float>(query.history.board().area() + margin);
    return std::clamp(query.history.self_komi(query.player, query.options.draw_equivalent_wins_for_white), -limit,
                      limit);
}

// How far komi is from the next draw, as a triangular wave: the parity of area scores decides games.
float komi_wave(const FeatureQuery& query, float komi) {
    const BoardHistory& history = query.history;
    if (history.rules().scoring != ScoringRule::Area && history.phase() != 2) return 0;
    const bool even = history.board().area() % 2 == 0;
    const float floor = even ? std::floor(komi / 2) * 2 : std::floor((komi - 1) / 2) * 2 + 1;
    const float delta = std::clamp(komi - floor, 0.0f, 2.0f);
    if (delta < 0.5f) return delta;
    return delta < 1.5f ? 1 - delta : delta - 2;
}

// Globals 0 to 8, which all versions share.
void fill_common_globals(const FeatureQuery& query, int shown_moves, float komi, float* global) {
    const Rules& rules = query.history.rules();
    for (int k = 1; k <= kShownMoves; ++k)
        global[k - 1] = k <= shown_moves && query.history.move_ago(k).point == kPass ? 1.0f : 0.0f;
    global[5] = komi;
    global[6] = rules.ko == KoRule::Simple ? 0.0f : 1.0f;
    global[7] = rules.ko == KoRule::Simple ? 0.0f : rules.ko == KoRule::Situational ? -0.5f : 0.5f;
    global[8] = rules.multi_stone_suicide ? 1.0f : 0.0f;
}

// Globals 9 to 14 of versions 6 and 7.
void fill_rule_globals(const FeatureQuery& query, const HistoryWindow& window, float* global) {
    const BoardHistory& history = query.history;
    const Rules& rules = history.rules();
    global[9] = rules.scoring == ScoringRule::Territory ? 1.0f : 0.0f;
    global[10] = rules.tax != TaxRule::None ? 1.0f : 0.0f;
    global[11] = rules.tax == TaxRule::All ? 1.0f : 0.0f;
    global[12] = history.phase() >= 1 ? 1.0f : 0.0f;
    global[13] = history.phase() == 2 ? 1.0f : 0.0f;
    global[14] = history.pass_would_end_phase() && !window.hide_pass_end ? 1.0f : 0.0f;
}

// Globals 9 to 11 of versions 3 to 5.
void fill_old_rule_globals(const FeatureQuery& query, float* global) {
    global[9] = query.history.rules().scoring == ScoringRule::Territory ? 1.0f : 0.0f;
    global[10] = query.history.phase() >= 1 ? 1.0f : 0.0f;
    global[11] = query.history.phase() == 2 ? 1.0f : 0.0f;
}

// The 22 planes of all versions but 5.
void fill_planes(const FeatureQuery& query, const HistoryWindow& window, const AreaFeatures& area,
                 LadderMemory& ladders, float* spatial) {
    FeaturePlanes planes(query, 22, spatial);
    planes.add_stones();
    planes.add_liberties();
    planes.add_ko(6, 7);
    planes.add_moves(9, window.moves);
    planes.add_ladders(ladders, window.moves);
    if (area.shown) planes.add_colors(18, area.owner);
    planes.add_second_encore_start(20);
}

void fill_inputs_v3_or_v4(const FeatureQuery& query, bool whole_area, LadderMemory& ladders, float* spatial,
                          float* global) {
    AreaFeatures area;
    find_old_area(query, whole_area, area);
    const HistoryWindow window = find_old_window(query);
    fill_planes(query, window, area, ladders, spatial);

    const float komi = clipped_komi(query, 1);
    fill_common_globals(query, window.moves, komi / 15, global);
    fill_old_rule_globals(query, global);
    global[12] = query.history.pass_would_end_phase() && !window.hide_pass_end ? 1.0f : 0.0f;
    global[13] = komi_wave(query, komi);
}

}  // namespace

RowChannels row_channels(int input_version) {
    switch (input_version) {
        case 7:
            return {22, 19};
        case 6:
            return {22, 16};
        case 5:
            return {13, 12};
        case 4:
        case 3:
            return {22, 14};
    }
    throw UnsupportedError("network inputs of version " + std::to_string(input_version) + "; known are 3 to 7");
}

void fill_inputs_v7(const FeatureQuery& query, LadderMemory& ladders, float* spatial, float* global) {
    AreaFeatures area;
    find_scored_area(query, area);
    const HistoryWindow window = find_window(query, area, query.history.valid_turns_this_phase());
    fill_planes(query, window, area, ladders, spatial);

    const float komi = clipped_komi(query, 20);
    fill_common_globals(query, window.moves, komi / 20, global);
    fill_rule_globals(query, window, global);
    const double doubling = query.options.playout_doubling_advantage;
    global[15] = doubling != 0 ? 1.0f : 0.0f;
    global[16] = static_cast<float>(0.5 * doubling);
    global[17] = query.history.has_button() ? 1.0f : 0.0f;
    global[18] = komi_wave(query, komi);
}

void fill_inputs_v6(const FeatureQuery& query, LadderMemory& ladders, float* spatial, float* global) {
    AreaFeatures area;
    find_scored_area(query, area);
    const BoardHistory& history = query.history;
    const HistoryWindow window =
        find_window(query, area, std::min(history.valid_turns_this_phase(), history.consecutive_valid_turns()));
    fill_planes(query, window, area, ladders, spatial);

    const float komi = clipped_komi(query, 1);
    fill_common_globals(query, window.moves, komi / 20, global);
    fill_rule_globals(query, window, global);
    global[15] = komi_wave(query, komi);
}

void fill_inputs_v5(const FeatureQuery& query, float* spatial, float* global) {
    const HistoryWindow window = find_old_window(query);
    FeaturePlanes planes(query, 13, spatial);
    planes.add_stones();
    planes.add_ko(3, 4);
    planes.add_moves(6, window.moves);
    planes.add_second_encore_start(11);

    fill_common_globals(query, window.moves, clipped_komi(query, 1) / 15, global);
    fill_old_rule_globals(query, global);
}

void fill_inputs_v4(const FeatureQuery& query, LadderMemory& ladders, float* spatial, float* global) {
    fill_inputs_v3_or_v4(query, false, ladders, spatial, global);
}

void fill_inputs_v3(const FeatureQuery& query, LadderMemory& ladders, float* spatial, float* global) {
    fill_inputs_v3_or_v4(query, query.history.rules().scoring == ScoringRule::Area, ladders, spatial, global);
}

void fill_inputs(int input_version, const FeatureQuery& query, LadderMemory& ladders, float* spatial, float* global) {
    ENSURE(query.player == query.history.next_player());
    switch (input_version) {
        case 7:
            return fill_inputs_v7(query, ladders, spatial, global);
        case 6:
            return fill_inputs_v6(query, ladders, spatial, global);
        case 5:
            return fill_inputs_v5(query, spatial, global);
        case 4:
            return fill_inputs_v4(query, ladders, spatial, global);
        case 3:
            return fill_inputs_v3(query, ladders, spatial, global);
    }
    row_channels(input_version);  // throws
}

}  // namespace katago
