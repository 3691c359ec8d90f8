// SPDX-License-Identifier: MIT
#include "eval/feature_scope.h"

#include <algorithm>

#include "game/areas.h"

namespace katago {

namespace {

bool area_suicide(const FeatureQuery& query) {
    return query.history.rules().multi_stone_suicide ||
           query.options.pass_alive_under_suicide.value_or(query.history.pass_alive_under_suicide());
}

// Points that are nobody's but hold a stone which stood there when the last phase began.
void add_second_encore_stones(const BoardHistory& history, PointColors& owner) {
    const Board& board = history.board();
    for (int y = 0; y < board.height(); ++y)
        for (int x = 0; x < board.width(); ++x) {
            const Point point = point_at(x, y);
            const auto i = static_cast<size_t>(point);
            if (owner[i] == Color::Empty && board.color(point) == history.second_encore_start()[i])
                owner[i] = board.color(point);
        }
}

// Of the last `limit` moves, those since the players last failed to alternate.
int alternating_moves(const FeatureQuery& query, int limit) {
    Player mover = opponent(query.player);
    int moves = 0;
    while (moves < limit && query.history.move_ago(moves + 1).player == mover) {
        ++moves;
        mover = opponent(mover);
    }
    return moves;
}

}  // namespace

void find_scored_area(const FeatureQuery& query, AreaFeatures& area) {
    const BoardHistory& history = query.history;
    const Rules& rules = history.rules();
    const bool territory = rules.scoring == ScoringRule::Territory;
    if (territory && history.phase() < 2) return;
    area.shown = true;
    const bool suicide = area_suicide(query);
    int life_difference = 0;
    if (!territory && rules.tax == TaxRule::None) {
        find_area(
            history.board(),
            {.non_pass_alive_stones = true, .safe_big_regions = true, .unsafe_big_regions = true, .suicide = suicide},
            area.owner);
    } else {
        life_difference = find_independent_life(history.board(),
                                                {.keep_territories = territory && rules.tax == TaxRule::None,
                                                 .keep_stones = !territory,
                                                 .suicide = suicide},
                                                area.owner);
    }
    if (territory) add_second_encore_stones(history, area.owner);
    if (!query.options.enable_passing_hacks) return;

    int white = white_minus_black(area.owner);
    if (rules.tax == TaxRule::All) white -= 2 * life_difference;
    const auto own = static_cast<float>(query.player == Color::White ? white : -white);
    area.not_winning = own + history.self_komi(query.player, query.options.draw_equivalent_wins_for_white) <= 0;
}

void find_old_area(const FeatureQuery& query, bool whole, AreaFeatures& area) {
    area.shown = true;
    find_area(query.history.board(),
              {.non_pass_alive_stones = whole,
               .safe_big_regions = true,
               .unsafe_big_regions = whole,
               .suicide = area_suicide(query)},
              area.owner);
}

HistoryWindow find_window(const FeatureQuery& query, const AreaFeatures& area, int valid_turns) {
    const BoardHistory& history = query.history;
    const EvalOptions& options = query.options;
    HistoryWindow window;
    int limit = kShownMoves;
    if (history.pass_would_end_game() && (options.conservative_pass_and_is_root || history.friendly_pass_suppressed() ||
                                          (options.enable_passing_hacks && area.shown && area.not_winning))) {
        limit = 0;
        window.hide_pass_end = true;
    } else if (history.finished() || history.past_phase_end()) {
        limit = 1;
    }
    window.moves = alternating_moves(query, std::min({limit, options.max_history, valid_turns}));
    return window;
}

HistoryWindow find_old_window(const FeatureQuery& query) {
    const BoardHistory& history = query.history;
    HistoryWindow window;
    window.hide_pass_end = history.finished() || history.past_phase_end() ||
                           (history.pass_would_end_game() &&
                            (query.options.conservative_pass_and_is_root || history.friendly_pass_suppressed()));
    if (!window.hide_pass_end) window.moves = alternating_moves(query, kShownMoves);
    return window;
}

}  // namespace katago
