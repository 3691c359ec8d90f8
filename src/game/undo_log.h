// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "game/point.h"

namespace katago {

// What Board::play_reversibly() overwrote, so that undo() can take moves back in reverse order. One per reader; keeps
// its memory from one use to the next.
class UndoLog {
  public:
    enum class Field : uint8_t { Color, Head, Next, Stones, Liberties };

    void save(Field field, Point index, int16_t value) { entries_.push_back({value, index, field}); }
    void begin(Point ko_point, int captured_black, int captured_white) {
        frames_.push_back({entries_.size(), ko_point, captured_black, captured_white});
    }

  private:
    friend class Board;

    struct Entry {
        int16_t value;
        Point index;
        Field field;
    };
    struct Frame {
        size_t first_entry;
        Point ko_point;
        int captured_black;
        int captured_white;
    };

    std::vector<Entry> entries_;
    std::vector<Frame> frames_;
};

}  // namespace katago
