// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "eval/feature_query.h"
#include "eval/ladder_memory.h"
#include "game/board.h"
#include "game/point.h"

namespace katago {

// The planes of a row under construction, addressed by points of the board before the symmetry. Which planes mean
// what: KataGo's network inputs. One thread at a time; the query and the row outlive it.
class FeaturePlanes {
  public:
    // `row`: [H, W, channels], set to zero here.
    FeaturePlanes(const FeatureQuery& query, int channels, float* row);

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
    void add_stones();

    // 3, 4, 5: stones of chains with one, two, three liberties.
    void add_liberties();

    // `ban`: points that ko or superko forbid; `blocked`: stones that may not be retaken in a cleanup phase.
    void add_ko(int ban, int blocked);

    // From `plane` on: where the last moves were made.
    void add_moves(int plane, int moves);

    // 14, 15, 16: stones that a ladder captures, on the board now, one and two moves ago; 17: moves that capture the
    // opponent's. Boards that are not shown are replaced by the next one.
    void add_ladders(LadderMemory& ladders, int shown_moves);

    // `plane` and the next: own and opponent's points of a colouring.
    void add_colors(int plane, const PointColors& colors);

    // Stones when the last cleanup phase began.
    void add_second_encore_start(int plane);

  private:
    const FeatureQuery& query_;
    float* origin_;
    ptrdiff_t step_x_, step_y_;
};

}  // namespace katago
