// SPDX-License-Identifier: MIT
#include <cstdio>

#include "core/error.h"
#include "game/board.h"
#include "game/zobrist.h"

namespace katago {

void Board::set_resolving(Stone stone) {
    ko_point_ = kNullPoint;
    if (!on_board(stone.point) || color(stone.point) == stone.color) return;
    if (color(stone.point) != Color::Empty) take_off(stone.point);
    if (stone.color == Color::Empty || is_illegal_suicide(stone.point, stone.color, /*multi_stone_suicide=*/true))
        return;
    play(stone.point, stone.color);
    ko_point_ = kNullPoint;
}

bool Board::set_strictly(std::span<const Stone> stones) {
    PointSet listed;
    for (const Stone& stone : stones) {
        if (!on_board(stone.point) || listed[stone.point]) return false;
        listed.set(stone.point);
    }
    const Board before = *this;
    for (const Stone& stone : stones)
        if (color(stone.point) != Color::Empty) take_off(stone.point);
    for (const Stone& stone : stones) {
        if (stone.color == Color::Empty) continue;
        const int taken_before = captured_black_ + captured_white_;
        play(stone.point, stone.color);
        if (captured_black_ + captured_white_ != taken_before) {
            *this = before;
            return false;
        }
    }
    ko_point_ = kNullPoint;
    return true;
}

// Puts a stone on an empty point, leaving chains to rebuild_chains().
void Board::put(Point point, Color color) {
    hash_ ^= Zobrist::stone_hash(point, color, width_);
    color_[point] = color;
}

// Removes one stone of a chain, which may fall apart.
void Board::take_off(Point point) {
    put(point, color(point));
    color_[point] = Color::Empty;
    rebuild_chains();
}

void Board::rebuild_chains() {
    PointSet done;
    for (Point start = 0; start < kBoardCells; start++) {
        const Color color = color_[start];
        if ((color != Color::Black && color != Color::White) || done[start]) continue;
        head_[start] = start;
        next_[start] = start;
        stones_[start] = 1;
        done.set(start);
        PointList<kMaxBoardArea> reached;
        reached.push_back(start);
        for (int i = 0; i < reached.size(); i++) {
            for (const Point step : kNeighborSteps) {
                const Point stone = static_cast<Point>(reached[i] + step);
                if (color_[stone] != color || done[stone]) continue;
                done.set(stone);
                reached.push_back(stone);
                head_[stone] = start;
                next_[stone] = next_[start];
                next_[start] = stone;
                stones_[start]++;
            }
        }
        liberties_[start] = static_cast<int16_t>(count_liberties(start));
    }
}

std::vector<Stone> Board::stones() const {
    std::vector<Stone> result;
    for (Point point = 0; point < kBoardCells; point++)
        if (color_[point] == Color::Black || color_[point] == Color::White) result.push_back({point, color_[point]});
    return result;
}

std::string Board::text(std::optional<int> move_number, std::span<const Point> last_moves) const {
    std::string text = move_number ? "MoveNum: " + std::to_string(*move_number) + " " : "";
    text += "HASH: " + to_string(hash_) + "\n  ";
    for (int x = 0; x < width_; x++) {
        const std::string vertex = vertex_text(point_at(x, height_ - 1), size());
        text += " " + vertex.substr(0, vertex.size() - 1);
    }
    for (int y = 0; y < height_; y++) {
        char row[12];
        std::snprintf(row, sizeof row, "\n%2d", height_ - y);
        text += row;
        // A mark takes the place of the space before the next cell.
        char gap = ' ';
        for (int x = 0; x < width_; x++) {
            const Point point = point_at(x, y);
            text += gap;
            text += color(point) == Color::Black ? 'X' : color(point) == Color::White ? 'O' : '.';
            gap = ' ';
            // Of several moves on one point the first is shown.
            for (size_t i = last_moves.size(); i > 0; i--)
                if (last_moves[i - 1] == point) gap = static_cast<char>('0' + i);
        }
        if (gap != ' ') text += gap;
    }
    return text + "\n";
}

std::vector<Point> fixed_handicap_points(BoardSize size, int stones) {
    constexpr int kSmallestSide = 7;
    constexpr int kMostStonesOnAwkwardBoards = 4;
    const bool awkward =
        size.width % 2 == 0 || size.height % 2 == 0 || size.width <= kSmallestSide || size.height <= kSmallestSide;
    if (size.width < kSmallestSide || size.height < kSmallestSide || stones < 2 || stones > 9 ||
        (stones > kMostStonesOnAwkwardBoards && awkward))
        throw ProtocolError("no " + std::to_string(stones) + " fixed handicap stones on a board of " +
                            std::to_string(size.width) + "x" + std::to_string(size.height));
    struct Line {
        int low, middle, high;
    };
    const auto line_of = [](int length) {
        return length <= 12 ? Line{2, length / 2, length - 3} : Line{3, length / 2, length - 4};
    };
    const Line x = line_of(size.width);
    const Line y = line_of(size.height);
    std::vector<Point> points = {point_at(x.low, y.high), point_at(x.high, y.low)};
    if (stones >= 3) points.push_back(point_at(x.low, y.low));
    if (stones >= 4) points.push_back(point_at(x.high, y.high));
    if (stones >= 6) {
        points.push_back(point_at(x.low, y.middle));
        points.push_back(point_at(x.high, y.middle));
    }
    if (stones >= 8) {
        points.push_back(point_at(x.middle, y.low));
        points.push_back(point_at(x.middle, y.high));
    }
    if (stones % 2 == 1 && stones >= 5) points.push_back(point_at(x.middle, y.middle));
    return points;
}

}  // namespace katago
