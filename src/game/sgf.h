// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/hash.h"
#include "game/history.h"
#include "game/point.h"
#include "game/rules.h"

namespace katago {

struct SgfProperty {
    std::string key;
    std::vector<std::string> values;  // at least one
};

// One node of a game tree; indices point into SgfTree::nodes.
struct SgfNode {
    std::vector<SgfProperty> properties;
    int parent = -1;  // less than the node's own index; -1: the root
    std::vector<int> children;

    // The values of a property, or null.
    const std::vector<std::string>* find(std::string_view key) const;
};

// The nodes of one SGF game with all its variations, parents before children; nodes[0] is the root. Keys are capital
// letters. Values are in UTF-8 whatever the text is in, unescaped and not interpreted.
struct SgfTree {
    std::string name;  // what errors call it: the file
    Hash128 hash;      // of the text: the first half of its SHA-256
    std::vector<SgfNode> nodes;

    // The end of the longest line, and of two equal ones the first.
    int longest_line() const;
    // The ends of all lines, in the order of the text.
    std::vector<int> all_lines() const;
};

// The .sgf files of a folder, to any depth, by name. What cannot be read ends the search and is told in `failure`.
std::vector<std::filesystem::path> find_sgf_files(const std::filesystem::path& folder, std::error_code& failure);

// Of a file that is read.
inline constexpr uint64_t kMaxSgfBytes = uint64_t{1} << 26;

// Reads the first game of a text in UTF-8, UTF-16 or what its CA names; of a text that says nothing, the encoding is
// found by what makes sense. Throws ProtocolError naming `name`, line and column. Nesting costs no stack.
SgfTree parse_sgf(std::string_view text, const std::string& name);

// What one line of an SGF tree says, in the engine's terms.
struct SgfGame {
    std::string name;
    BoardSize size;
    // The stones where the moves begin: black ones, then white ones, each row by row. Stones that are set up in the
    // middle of a game make a new start, and the moves before them are left out.
    std::vector<Stone> setup;
    std::vector<Move> moves;
    std::vector<std::string> comments;  // of the nodes of the moves, parallel to them
    Player first_player = Color::Black;
    std::optional<float> komi;              // none: no KM, or one that is not understood
    std::optional<std::string> rules_text;  // RU as written
    std::optional<Rules> rules;             // what it means, with the komi usual there; none: not understood
    std::optional<int> handicap;            // HA; the stones themselves are in `setup`
    std::string black_name;
    std::string white_name;
    std::string result;  // RE as written
    // What was left out or had to be guessed, to be shown to the user: file, property and what was made of it.
    std::vector<std::string> warnings;

    // The record's rules with its komi, as far as it has them, else those of `otherwise`.
    Rules rules_or(const Rules& otherwise) const;
};

// The line of `tree` that ends in node `line_end`. Throws ProtocolError: a board size from outside 2 to 19, points off
// the board, contradictory set-up.
SgfGame read_sgf_line(const SgfTree& tree, int line_end);

// The longest line of the game in a file, and of a text. Throw ProtocolError, and IoError for a file that cannot be
// read.
SgfGame load_sgf_game(const std::filesystem::path& file);
SgfGame parse_sgf_game(std::string_view text, const std::string& name);

// The game after its first `moves` moves (all, where there are fewer). The pass that ends a phase does not open the
// next one. Throws ProtocolError for set-up stones without liberties and for impossible moves.
BoardHistory replay(const SgfGame& game, const Rules& rules, size_t moves = std::numeric_limits<size_t>::max());

enum class SgfRulesText { NiceName, Compact };

struct SgfWriteOptions {
    std::string black_name;
    std::string white_name;
    SgfRulesText rules_text = SgfRulesText::NiceName;
    // White's points minus Black's, to be written as the result of a finished, scored game instead of its own.
    std::optional<float> white_score;
};

// The value of RE: "B+R", "W+3.5", "0" (a draw), "Void"; empty for an unfinished game. `white_score`: see
// SgfWriteOptions.
std::string result_text(const BoardHistory& game, std::optional<float> white_score = std::nullopt);

// The game as one line, laid out as KataGo does. Names are not escaped.
std::string sgf_text(const BoardHistory& game, const SgfWriteOptions& options);

}  // namespace katago
