// SPDX-License-Identifier: MIT
#include "game/board.h"

#include <algorithm>
#include <cstring>

#include "core/ensure.h"
#include "game/zobrist.h"

namespace katago {

Board::Board(BoardSize size) : width_(static_cast<int16_t>(size.width)), height_(static_cast<int16_t>(size.height)) {
    ENSURE(size.width >= 1 && size.width <= kMaxBoardLength && size.height >= 1 && size.height <= kMaxBoardLength);
    color_.fill(Color::Wall);
    head_.fill(kNullPoint);
    next_.fill(kNullPoint);
    stones_.fill(0);
    liberties_.fill(0);
    for (int y = 0; y < height_; y++)
        for (int x = 0; x < width_; x++) color_[point_at(x, y)] = Color::Empty;
    const Zobrist& zobrist = Zobrist::tables();
    hash_ = zobrist.width[width_] ^ zobrist.height[height_];
}

PointList<kMaxBoardArea> Board::enclosed_points() const {
    // Byte by byte without a branch, which compilers turn into vector instructions: superko asks in every position that
    // is looked at.
    std::array<uint8_t, kBoardCells> enclosed{};
    for (size_t i = kStride; i < kBoardCells - kStride; ++i)
        enclosed[i] = static_cast<uint8_t>((color_[i] == Color::Empty) & (color_[i - 1] != Color::Empty) &
                                           (color_[i + 1] != Color::Empty) & (color_[i - kStride] != Color::Empty) &
                                           (color_[i + kStride] != Color::Empty));
    PointList<kMaxBoardArea> points;
    const uint8_t* const end = enclosed.data() + kBoardCells;
    for (const uint8_t* at = enclosed.data();; ++at) {
        at = static_cast<const uint8_t*>(std::memchr(at, 1, static_cast<size_t>(end - at)));
        if (!at) return points;
        points.push_back(static_cast<Point>(at - enclosed.data()));
    }
}

bool Board::touches(Point point, Color color) const {
    for (const Point step : kNeighborSteps)
        if (color_[point + step] == color) return true;
    return false;
}

int Board::find_liberties(Point point, Point* liberties, int max) const {
    int found = 0;
    Point stone = point;
    do {
        for (const Point step : kNeighborSteps) {
            const Point neighbor = static_cast<Point>(stone + step);
            if (color_[neighbor] != Color::Empty) continue;
            if (std::find(liberties, liberties + found, neighbor) != liberties + found) continue;
            if (found == max) return found;
            liberties[found++] = neighbor;
        }
        stone = next_[stone];
    } while (stone != point);
    return found;
}

int Board::count(Color color) const {
    return static_cast<int>(std::count(color_.begin(), color_.end(), color));
}

bool Board::is_suicide(Point point, Player player) const {
    for (const Point step : kNeighborSteps) {
        const Point neighbor = static_cast<Point>(point + step);
        const Color color = color_[neighbor];
        if (color == Color::Empty) return false;
        if (color == player && chain_liberties(neighbor) >= 2) return false;
        if (color == opponent(player) && chain_liberties(neighbor) == 1) return false;
    }
    return true;
}

bool Board::is_illegal_suicide(Point point, Player player, bool multi_stone_suicide) const {
    return is_suicide(point, player) && !(multi_stone_suicide && touches(point, player));
}

bool Board::is_legal(Point point, Player player, bool multi_stone_suicide) const {
    if (point == kPass) return true;
    return on_board(point) && color(point) == Color::Empty && point != ko_point_ &&
           !is_illegal_suicide(point, player, multi_stone_suicide);
}

Point Board::ko_mouth(Point point, Player player) const {
    if (color(point) != Color::Empty) return kNullPoint;
    Point taken = kNullPoint;
    for (const Point step : kNeighborSteps) {
        const Point neighbor = static_cast<Point>(point + step);
        if (color(neighbor) == Color::Wall) continue;
        if (color(neighbor) != opponent(player)) return kNullPoint;
        if (chain_liberties(neighbor) != 1) continue;
        if (taken != kNullPoint) return kNullPoint;
        taken = neighbor;
    }
    return taken != kNullPoint && chain_stones(taken) == 1 ? taken : kNullPoint;
}

Hash128 Board::hash_after(Point point, Player player) const {
    if (point == kPass) return hash_;
    PointList<4> gone;  // the heads of chains that come off
    bool breathes = false;
    for (const Point step : kNeighborSteps) {
        const Point neighbor = static_cast<Point>(point + step);
        const Color color = color_[neighbor];
        if (color == Color::Empty) breathes = true;
        if (color == player && chain_liberties(neighbor) >= 2) breathes = true;
        if (color == opponent(player) && chain_liberties(neighbor) == 1) {
            breathes = true;
            if (!gone.contains(chain_head(neighbor))) gone.push_back(chain_head(neighbor));
        }
    }
    Hash128 hash = hash_;
    if (breathes) {
        hash ^= Zobrist::stone_hash(point, player, width_);
    } else {
        for (const Point step : kNeighborSteps) {
            const Point neighbor = static_cast<Point>(point + step);
            if (color(neighbor) == player && !gone.contains(chain_head(neighbor))) gone.push_back(chain_head(neighbor));
        }
    }
    for (const Point head : gone) {
        Point stone = head;
        do {
            hash ^= Zobrist::stone_hash(stone, color(head), width_);
            stone = next_[stone];
        } while (stone != head);
    }
    return hash;
}

Hash128 Board::situation_hash(Player next_player) const {
    const Zobrist& zobrist = Zobrist::tables();
    Hash128 hash = hash_ ^ zobrist.player[next_player];
    if (ko_point_ != kNullPoint) hash ^= zobrist.ko_point[Zobrist::index(ko_point_, width_)];
    return hash;
}

bool Board::same_position(const Board& other) const {
    return size() == other.size() && color_ == other.color_ && ko_point_ == other.ko_point_;
}

}  // namespace katago
