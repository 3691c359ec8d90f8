// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/hash.h"
#include "game/point.h"

namespace katago {

struct Stone {
    Point point = kNullPoint;
    Color color = Color::Empty;

    bool operator==(const Stone&) const = default;
};

// A list of points that lives on the stack.
template <int kCapacity>
class PointList {
  public:
    void push_back(Point point) { points_[static_cast<size_t>(size_++)] = point; }
    void clear() { size_ = 0; }
    int size() const { return size_; }
    bool empty() const { return size_ == 0; }
    Point operator[](int i) const { return points_[static_cast<size_t>(i)]; }
    Point back() const { return points_[static_cast<size_t>(size_ - 1)]; }
    bool contains(Point point) const {
        for (Point other : *this)
            if (other == point) return true;
        return false;
    }
    const Point* begin() const { return points_.data(); }
    const Point* end() const { return points_.data() + size_; }

  private:
    std::array<Point, kCapacity> points_;
    int size_ = 0;
};

class UndoLog;

// Stones, chains with their liberties, the simple ko point, captures and the position hash. A plain value without heap
// memory (4 KB), copied freely; one thread at a time. Knows the plain rules of capture only: rules and repetition are
// BoardHistory's.
class Board {
  public:
    explicit Board(BoardSize size = {});

    BoardSize size() const { return {width_, height_}; }
    int width() const { return width_; }
    int height() const { return height_; }
    int area() const { return width_ * height_; }
    bool on_board(Point point) const { return point >= 0 && point < kBoardCells && color_[point] != Color::Wall; }

    // Color::Wall off the board, also for kNullPoint and kPass.
    Color color(Point point) const { return color_[point]; }

    // Of the chain at `point`, which must hold a stone. The head identifies the chain until the next change.
    Point chain_head(Point point) const { return head_[point]; }
    int chain_stones(Point point) const { return stones_[head_[point]]; }
    int chain_liberties(Point point) const { return liberties_[head_[point]]; }
    // The next stone of the same chain, in a cycle.
    Point next_in_chain(Point point) const { return next_[point]; }

    int empty_neighbors(Point point) const {
        int count = 0;
        for (const Point step : kNeighborSteps) count += color_[point + step] == Color::Empty;
        return count;
    }
    // Empty points without an empty neighbour.
    PointList<kMaxBoardArea> enclosed_points() const;
    // Whether a stone of `color` stands next to `point`.
    bool touches(Point point, Color color) const;
    // Writes the liberties of the chain at `point`, each once, at most `max` of them; returns how many.
    int find_liberties(Point point, Point* liberties, int max) const;

    // The point where the next move may not retake a ko, or kNullPoint.
    Point ko_point() const { return ko_point_; }
    void clear_ko_point() { ko_point_ = kNullPoint; }

    // Stones of `color` taken off so far, by capture or suicide.
    int captured(Color color) const { return color == Color::Black ? captured_black_ : captured_white_; }
    int count(Color color) const;
    bool is_empty() const { return count(Color::Black) + count(Color::White) == 0; }

    // Would a stone of `player` on this empty point be left without liberties, capturing nothing?
    bool is_suicide(Point point, Player player) const;
    // The same, but with `multi_stone_suicide` a suicide of several stones is allowed. One stone alone may never do it.
    bool is_illegal_suicide(Point point, Player player, bool multi_stone_suicide) const;
    // Pass, or an empty point that is no illegal suicide and not the simple ko point.
    bool is_legal(Point point, Player player, bool multi_stone_suicide) const;
    // Where a stone on the empty `point` would take exactly one stone out of a ko-like mouth: that stone, else
    // kNullPoint.
    Point ko_mouth(Point point, Player player) const;

    // Plays a stone on an empty point or passes; captures, suicide and ko are resolved, legality is not checked.
    void play(Point point, Player player);
    // The same without the hash, and remembered in `log` so that undo() can take it back. For reading ahead.
    void play_reversibly(Point point, Player player, UndoLog& log);
    void undo(UndoLog& log);

    // The position hash after play(point, player).
    Hash128 hash_after(Point point, Player player) const;
    // Stones, colours and size: neither ko nor the player to move.
    const Hash128& position_hash() const { return hash_; }
    // Also the player to move and the simple ko point: `thisHash` of the analysis engine.
    Hash128 situation_hash(Player next_player) const;

    // Puts down one stone of a set-up (or empties a point), resolving captures; a stone that would be a suicide of one
    // is left out. Used for analysis `initialStones` and fixed handicap. Clears the ko point.
    void set_resolving(Stone stone);
    // Puts down stones that must all stand at the end: false, and the board as it was, where a point is listed twice or
    // off the board, or a stone would capture or have no liberty as they are put down in this order.
    bool set_strictly(std::span<const Stone> stones);

    // All stones, row by row from the top.
    std::vector<Stone> stones() const;
    // The board with every point moved by `map` onto a board of `size`; captures and ko point go along.
    template <class Map>
    Board mapped(BoardSize size, Map map) const {
        Board result(size);
        for (const Stone& stone : stones()) result.put(map(stone.point), stone.color);
        result.rebuild_chains();
        result.ko_point_ = ko_point_ == kNullPoint ? kNullPoint : map(ko_point_);
        result.captured_black_ = captured_black_;
        result.captured_white_ = captured_white_;
        return result;
    }
    // Same size, stones and ko point; captures and the order inside chains do not count.
    bool same_position(const Board& other) const;

    // Human-readable dump as showboard prints it, without the last empty line; `move_number` where a move list is
    // known. `last_moves`: at most three, oldest first, to be marked 1, 2, 3.
    std::string text(std::optional<int> move_number, std::span<const Point> last_moves) const;

  private:
    template <class Recorder>
    void place(Point point, Player player, Recorder& record);
    template <class Recorder>
    void join_chains(Point point, const PointList<4>& own, Recorder& record);
    template <class Recorder>
    void remove_chain(Point point, Recorder& record);
    bool touches_chain(Point point, Point head) const;
    int count_liberties(Point point) const;
    void put(Point point, Color color);
    void take_off(Point point);
    void rebuild_chains();

    std::array<Color, kBoardCells> color_;
    // Of each stone: a stone that stands for its chain, and the next stone of the chain in a cycle.
    std::array<Point, kBoardCells> head_;
    std::array<Point, kBoardCells> next_;
    // Of each head.
    std::array<int16_t, kBoardCells> stones_;
    std::array<int16_t, kBoardCells> liberties_;
    Hash128 hash_;
    int16_t width_;
    int16_t height_;
    Point ko_point_ = kNullPoint;
    int captured_black_ = 0;
    int captured_white_ = 0;
};

// Handicap stones on the usual points, in the order of GTP's fixed_handicap. Throws ProtocolError where the board has
// no such points: both sides at least 7; 2 to 9 stones, 2 to 4 where a side is even or 7.
std::vector<Point> fixed_handicap_points(BoardSize size, int stones);

}  // namespace katago
