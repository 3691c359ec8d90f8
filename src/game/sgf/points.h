// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "game/sgf.h"

namespace katago {

// Reads the points of one record's values. Immutable. Everything throws ProtocolError for what is no point of the
// board.
class SgfPoints {
  public:
    SgfPoints(std::string file, BoardSize size) : file_(std::move(file)), size_(size) {}

    // Where a move is played; kPass for a pass.
    Point move(std::string_view text) const;

    // What a node sets up, each point once. Of a stone and AE at the same point the one that the text has last counts,
    // which `warnings` tells. Throws ProtocolError also for a black and a white stone at one point.
    std::vector<Stone> setup(const SgfNode& node, std::vector<std::string>& warnings) const;

  private:
    Point point(std::string_view text) const;
    std::vector<Point> area(std::string_view text) const;
    [[noreturn]] void fail(const std::string& what) const;

    std::string file_;
    BoardSize size_;
};

}  // namespace katago
