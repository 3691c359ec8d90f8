// SPDX-License-Identifier: MIT
#include "game/board.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "core/ensure.h"
#include "game/undo_log.h"
#include "game/zobrist.h"

namespace katago {

namespace {

const Hash128& stone_hash(Point point, Color color, int width) {
    return Zobrist::tables().stone[Zobrist::index(point, width)][color];
}

// The up to four distinct chains next to a point.
using NeighborHeads = PointList<4>;

}  // namespace

// Remembers nothing, keeps the hash.
struct PlainRecorder {
    static constexpr bool kKeepsHash = true;
    template <class T, size_t n>
    void save(UndoLog::Field, const std::array<T, n>&, Point) {}
};

// Remembers what is overwritten, leaves the hash alone.
struct UndoRecorder {
    static constexpr bool kKeepsHash = false;
    template <class T, size_t n>
    void save(UndoLog::Field field, const std::array<T, n>& array, Point index) {
        log.save(field, index, static_cast<int16_t>(array[index]));
    }
    UndoLog& log;
};

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
    // Byte by byte without a branch, which compilers turn into vector instructions: superko asks after every move.
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

void Board::play(Point point, Player player) {
    ko_point_ = kNullPoint;
    if (point == kPass) return;
    PlainRecorder recorder;
    place(point, player, recorder);
}

void Board::play_reversibly(Point point, Player player, UndoLog& log) {
    log.begin(ko_point_, captured_black_, captured_white_);
    ko_point_ = kNullPoint;
    if (point == kPass) return;
    UndoRecorder recorder{log};
    place(point, player, recorder);
}

void Board::undo(UndoLog& log) {
    using Field = UndoLog::Field;
    const UndoLog::Frame frame = log.frames_.back();
    log.frames_.pop_back();
    ko_point_ = frame.ko_point;
    captured_black_ = frame.captured_black;
    captured_white_ = frame.captured_white;
    while (log.entries_.size() > frame.first_entry) {
        const UndoLog::Entry entry = log.entries_.back();
        log.entries_.pop_back();
        switch (entry.field) {
            case Field::Color:
                color_[entry.index] = static_cast<Color>(entry.value);
                break;
            case Field::Head:
                head_[entry.index] = entry.value;
                break;
            case Field::Next:
                next_[entry.index] = entry.value;
                break;
            case Field::Stones:
                stones_[entry.index] = entry.value;
                break;
            case Field::Liberties:
                liberties_[entry.index] = entry.value;
                break;
        }
    }
}

template <class Recorder>
void Board::place(Point point, Player player, Recorder& record) {
    using Field = UndoLog::Field;
    assert(color_[point] == Color::Empty);
    record.save(Field::Color, color_, point);
    color_[point] = player;
    if constexpr (Recorder::kKeepsHash) hash_ ^= stone_hash(point, player, width_);

    NeighborHeads own;
    NeighborHeads dying;
    NeighborHeads others;
    for (const Point step : kNeighborSteps) {
        const Point neighbor = static_cast<Point>(point + step);
        const Color color = color_[neighbor];
        if (color != Color::Black && color != Color::White) continue;
        const Point head = head_[neighbor];
        NeighborHeads& seen = color == player ? own : others;
        if (seen.contains(head)) continue;
        seen.push_back(head);
        record.save(Field::Liberties, liberties_, head);
        if (--liberties_[head] == 0 && color != player) dying.push_back(head);
    }

    join_chains(point, own, record);
    int taken = 0;
    Point last_taken = kNullPoint;
    for (const Point head : dying) {
        taken += stones_[head];
        last_taken = head;
        remove_chain(head, record);
    }
    const Point head = head_[point];
    if (liberties_[head] == 0) {
        remove_chain(head, record);
    } else if (taken == 1 && stones_[head] == 1 && liberties_[head] == 1) {
        ko_point_ = last_taken;
    }
}

// Makes one chain of the new stone at `point` and the chains `own` beside it, whose liberties no longer contain
// `point`.
template <class Recorder>
void Board::join_chains(Point point, const PointList<4>& own, Recorder& record) {
    using Field = UndoLog::Field;
    record.save(Field::Head, head_, point);
    record.save(Field::Next, next_, point);
    // Set first: what an earlier chain left here could pass for one of the chains beside it.
    head_[point] = point;
    if (own.empty()) {
        record.save(Field::Stones, stones_, point);
        record.save(Field::Liberties, liberties_, point);
        next_[point] = point;
        stones_[point] = 1;
        liberties_[point] = static_cast<int16_t>(empty_neighbors(point));
        return;
    }

    Point largest = own[0];
    for (const Point head : own)
        if (stones_[head] > stones_[largest]) largest = head;
    record.save(Field::Stones, stones_, largest);
    record.save(Field::Next, next_, largest);
    if (own.size() == 1) {
        // The liberties of one chain grow by the empty neighbours that it did not have yet.
        for (const Point step : kNeighborSteps) {
            const Point liberty = static_cast<Point>(point + step);
            if (color_[liberty] == Color::Empty && !touches_chain(liberty, largest)) liberties_[largest]++;
        }
    }
    head_[point] = largest;
    next_[point] = next_[largest];
    next_[largest] = point;
    stones_[largest]++;
    if (own.size() == 1) return;

    for (const Point other : own) {
        if (other == largest) continue;
        Point stone = other;
        do {
            record.save(Field::Head, head_, stone);
            head_[stone] = largest;
            stone = next_[stone];
        } while (stone != other);
        record.save(Field::Next, next_, other);
        std::swap(next_[other], next_[largest]);
        stones_[largest] = static_cast<int16_t>(stones_[largest] + stones_[other]);
    }
    liberties_[largest] = static_cast<int16_t>(count_liberties(largest));
}

template <class Recorder>
void Board::remove_chain(Point point, Recorder& record) {
    using Field = UndoLog::Field;
    const Color color = color_[point];
    const Color beside = opponent(color);
    Point stone = point;
    do {
        record.save(Field::Color, color_, stone);
        color_[stone] = Color::Empty;
        if constexpr (Recorder::kKeepsHash) hash_ ^= stone_hash(stone, color, width_);
        NeighborHeads freed;
        for (const Point step : kNeighborSteps) {
            const Point neighbor = static_cast<Point>(stone + step);
            if (color_[neighbor] != beside) continue;
            const Point head = head_[neighbor];
            if (freed.contains(head)) continue;
            freed.push_back(head);
            record.save(Field::Liberties, liberties_, head);
            liberties_[head]++;
        }
        (color == Color::Black ? captured_black_ : captured_white_)++;
        stone = next_[stone];
    } while (stone != point);
}

bool Board::touches_chain(Point point, Point head) const {
    const Color color = color_[head];
    for (const Point step : kNeighborSteps) {
        const Point neighbor = static_cast<Point>(point + step);
        if (color_[neighbor] == color && head_[neighbor] == head) return true;
    }
    return false;
}

int Board::count_liberties(Point point) const {
    PointSet seen;
    Point stone = point;
    do {
        for (const Point step : kNeighborSteps) {
            const Point neighbor = static_cast<Point>(stone + step);
            if (color_[neighbor] == Color::Empty) seen.set(neighbor);
        }
        stone = next_[stone];
    } while (stone != point);
    return static_cast<int>(seen.count());
}

Hash128 Board::hash_after(Point point, Player player) const {
    if (point == kPass) return hash_;
    NeighborHeads gone;
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
        hash ^= stone_hash(point, player, width_);
    } else {
        for (const Point step : kNeighborSteps) {
            const Point neighbor = static_cast<Point>(point + step);
            if (color(neighbor) == player && !gone.contains(chain_head(neighbor))) gone.push_back(chain_head(neighbor));
        }
    }
    for (const Point head : gone) {
        Point stone = head;
        do {
            hash ^= stone_hash(stone, color(head), width_);
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
