// SPDX-License-Identifier: MIT
// Stones put on the board and taken off again, as a game does.
#include <cassert>
#include <utility>

#include "game/board.h"
#include "game/undo_log.h"
#include "game/zobrist.h"

namespace katago {

namespace {

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
    if constexpr (Recorder::kKeepsHash) hash_ ^= Zobrist::stone_hash(point, player, width_);

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
        if constexpr (Recorder::kKeepsHash) hash_ ^= Zobrist::stone_hash(stone, color, width_);
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

}  // namespace katago
