// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "game/sgf.h"

namespace katago {

// What a line of an SGF tree says about the whole game. It stands in the root or, as some programs write it, in later
// nodes up to that of the first move. One thread at a time; the tree must outlive it.
class SgfInfo {
  public:
    // `line` are the indices of the line's nodes, the root first.
    SgfInfo(const SgfTree& tree, std::span<const int> line);

    // The values of a property in the first node that has it, or null.
    const std::vector<std::string>* find(std::string_view key) const;
    // The first value, trimmed; empty where there is none.
    std::string text(std::string_view key) const;
    // Whether two different texts mean the same.
    using SameMeaning = std::function<bool(std::string_view, std::string_view)>;
    // The first value of a property that can be given once only. Throws ProtocolError where others mean something else.
    std::string single(std::string_view key, const SameMeaning& same) const;

    // Writes size, komi, rules, names and result, and warnings about them. Throws ProtocolError.
    void read(SgfGame& game) const;

  private:
    BoardSize read_size() const;
    void read_rules(SgfGame& game) const;
    void read_komi(SgfGame& game) const;
    bool names_fox_server() const;

    const SgfTree& tree_;
    std::vector<const SgfNode*> nodes_;
};

}  // namespace katago
