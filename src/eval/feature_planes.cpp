// SPDX-License-Identifier: MIT
#include "eval/feature_planes.h"

#include <algorithm>

#include "game/symmetry.h"

namespace katago {

FeaturePlanes::FeaturePlanes(const FeatureQuery& query, int channels, float* row) : query_(query) {
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

void FeaturePlanes::add_stones() {
    const Board& board = query_.history.board();
    for_each([&](Point point, float* out) {
        out[0] = 1;
        const Color color = board.color(point);
        if (color != Color::Empty) out[color == query_.player ? 1 : 2] = 1;
    });
}

void FeaturePlanes::add_liberties() {
    const Board& board = query_.history.board();
    for_each([&](Point point, float* out) {
        if (board.color(point) == Color::Empty) return;
        const int liberties = board.chain_liberties(point);
        if (liberties <= 3) out[2 + liberties] = 1;
    });
}

void FeaturePlanes::add_ko(int ban, int blocked) {
    const BoardHistory& history = query_.history;
    if (const PointSet banned = history.banned(); banned.any())
        for_each([&](Point point, float* out) {
            if (banned[static_cast<size_t>(point)]) out[ban] = 1;
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

void FeaturePlanes::add_moves(int plane, int moves) {
    const BoardSize size = query_.history.board().size();
    for (int k = 1; k <= moves; ++k) {
        const Point point = query_.history.move_ago(k).point;
        if (size.contains(point)) at(x_of(point), y_of(point))[plane + k - 1] = 1;
    }
}

void FeaturePlanes::add_ladders(LadderMemory& ladders, int shown_moves) {
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

void FeaturePlanes::add_colors(int plane, const PointColors& colors) {
    for_each([&](Point point, float* out) {
        const Color color = colors[static_cast<size_t>(point)];
        if (color != Color::Empty) out[plane + (color == query_.player ? 0 : 1)] = 1;
    });
}

void FeaturePlanes::add_second_encore_start(int plane) {
    if (query_.history.phase() == 2) add_colors(plane, query_.history.second_encore_start());
}

}  // namespace katago
