// SPDX-License-Identifier: MIT
#include "eval/features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>

#include "core/ensure.h"
#include "core/error.h"
#include "game/areas.h"
#include "game/symmetry.h"

namespace katago {

namespace {

constexpr int kShownMoves = 5;
constexpr size_t kLadderMemoryEntries = 1024;  // about 200 KB

// The area features: whose points they are, and how the game would end for the player if it were stopped here.
struct AreaFeatures {
    bool shown = false;
    bool not_winning = false;
    PointColors owner;
};

// How much of the past is shown.
struct HistoryWindow {
    int moves = 0;
    bool hide_pass_end = false;
};

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

// The area as the rules would score it: versions 6 and 7.
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

// Versions 3 and 4.
void find_old_area(const FeatureQuery& query, bool whole, AreaFeatures& area) {
    area.shown = true;
    find_area(query.history.board(),
              {.non_pass_alive_stones = whole,
               .safe_big_regions = true,
               .unsafe_big_regions = whole,
               .suicide = area_suicide(query)},
              area.owner);
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

// Versions 6 and 7; `valid_turns` bounds the window besides.
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

// Versions 3 to 5.
HistoryWindow find_old_window(const FeatureQuery& query) {
    const BoardHistory& history = query.history;
    HistoryWindow window;
    window.hide_pass_end = history.finished() || history.past_phase_end() ||
                           (history.pass_would_end_game() &&
                            (query.options.conservative_pass_and_is_root || history.friendly_pass_suppressed()));
    if (!window.hide_pass_end) window.moves = alternating_moves(query, kShownMoves);
    return window;
}

// The planes of a row under construction: addresses points of the untransformed board.
class Planes {
  public:
    Planes(const FeatureQuery& query, int channels, float* row) : query_(query) {
        const Board& board = query.history.board();
        const int area = board.area();
        std::fill_n(row, static_cast<size_t>(area) * static_cast<size_t>(channels), 0.0f);
        // A symmetry is an affine map of coordinates: an origin and a step for each.
        const BoardSize to = symmetry::size_after(board.size(), query.symmetry);
        auto offset = [&](int x, int y) {
            const auto [tx, ty] = symmetry::map_xy(x, y, board.size(), query.symmetry);
            return static_cast<ptrdiff_t>(ty * to.width + tx) * channels;
        };
        origin_ = row + offset(0, 0);
        step_x_ = offset(1, 0) - offset(0, 0);
        step_y_ = offset(0, 1) - offset(0, 0);
    }

    float* at(int x, int y) { return origin_ + x * step_x_ + y * step_y_; }

    // Calls visit(point, channels of the point) for each point of the board.
    template <class Visit>
    void for_each(Visit&& visit) {
        const Board& board = query_.history.board();
        for (int y = 0; y < board.height(); ++y) {
            float* out = at(0, y);
            for (int x = 0; x < board.width(); ++x, out += step_x_) visit(point_at(x, y), out);
        }
    }

    // 0: the board; 1, 2: own and opponent's stones.
    void add_stones() {
        const Board& board = query_.history.board();
        for_each([&](Point point, float* out) {
            out[0] = 1;
            const Color color = board.color(point);
            if (color != Color::Empty) out[color == query_.player ? 1 : 2] = 1;
        });
    }

    // 3, 4, 5: stones of chains with one, two, three liberties.
    void add_liberties() {
        const Board& board = query_.history.board();
        for_each([&](Point point, float* out) {
            if (board.color(point) == Color::Empty) return;
            const int liberties = board.chain_liberties(point);
            if (liberties <= 3) out[2 + liberties] = 1;
        });
    }

    // `ban`: points that ko or superko forbid; `blocked`: stones that may not be retaken in a cleanup phase.
    void add_ko(int ban, int blocked) {
        const BoardHistory& history = query_.history;
        if (history.banned().any())
            for_each([&](Point point, float* out) {
                if (history.banned()[static_cast<size_t>(point)]) out[ban] = 1;
            });
        if (history.phase() == 0) {
            const Point ko = history.board().ko_point();
            if (ko != kNullPoint) at(x_of(ko), y_of(ko))[ban] = 1;
        } else if (history.recapture_blocked().any()) {
            for_each([&](Point point, float* out) {
                if (history.recapture_blocked()[static_cast<size_t>(point)]) out[blocked] = 1;
            });
        }
    }

    // From `plane` on: where the last moves were made.
    void add_moves(int plane, int moves) {
        const BoardSize size = query_.history.board().size();
        for (int k = 1; k <= moves; ++k) {
            const Point point = query_.history.move_ago(k).point;
            if (size.contains(point)) at(x_of(point), y_of(point))[plane + k - 1] = 1;
        }
    }

    // 14, 15, 16: stones that a ladder captures, on the board now, one and two moves ago; 17: moves that capture the
    // opponent's. Boards that are not shown are replaced by the next one.
    void add_ladders(LadderMemory& ladders, int shown_moves) {
        const BoardHistory& history = query_.history;
        const LadderScan& now = ladders.scan(history.board());
        const PointSet& moves = now.moves_against(opponent(query_.player));
        PointSet captured = now.captured;
        if (captured.any())
            for_each([&](Point point, float* out) {
                if (captured[static_cast<size_t>(point)]) out[14] = 1;
                if (moves[static_cast<size_t>(point)]) out[17] = 1;
            });
        for (int ago = 1; ago <= 2; ++ago) {
            if (ago <= shown_moves) captured = ladders.scan(history.board_ago(ago)).captured;
            if (captured.none()) continue;
            for_each([&](Point point, float* out) {
                if (captured[static_cast<size_t>(point)]) out[14 + ago] = 1;
            });
        }
    }

    // `plane` and the next: own and opponent's points of a colouring.
    void add_colors(int plane, const PointColors& colors) {
        for_each([&](Point point, float* out) {
            const Color color = colors[static_cast<size_t>(point)];
            if (color != Color::Empty) out[plane + (color == query_.player ? 0 : 1)] = 1;
        });
    }

    // Stones when the last cleanup phase began.
    void add_second_encore_start(int plane) {
        if (query_.history.phase() == 2) add_colors(plane, query_.history.second_encore_start());
    }

  private:
    const FeatureQuery& query_;
    float* origin_;
    ptrdiff_t step_x_, step_y_;
};

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
    Planes planes(query, 22, spatial);
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

LadderMemory::LadderMemory() : entries_(kLadderMemoryEntries) {}

const LadderScan& LadderMemory::scan(const Board& board) {
    const Hash128& position = board.position_hash();
    Entry& entry =
        entries_[static_cast<size_t>(position.h0 + static_cast<uint64_t>(board.ko_point())) % kLadderMemoryEntries];
    // The hash of no board is zero, so a fresh entry matches none.
    if (entry.position != position || entry.ko_point != board.ko_point()) {
        entry.scan = scan_ladders(board);
        entry.position = position;
        entry.ko_point = board.ko_point();
    }
    return entry.scan;
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
    Planes planes(query, 13, spatial);
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
