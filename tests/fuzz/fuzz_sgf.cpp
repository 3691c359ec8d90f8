// SPDX-License-Identifier: MIT
// Game records: every line of the tree, played through and written out again.
#include <algorithm>
#include <cstdint>
#include <string>

#include "core/encoding.h"
#include "core/error.h"
#include "game/sgf.h"

using namespace katago;

namespace {

constexpr size_t kMaxLines = 4;
constexpr size_t kMaxMoves = 100;

void play(const SgfGame& game) {
    // What is shown to users goes into JSON and HTML.
    for (const std::string& warning : game.warnings)
        if (!is_utf8(warning)) __builtin_trap();
    const BoardHistory history = replay(game, game.rules_or(Rules{}), kMaxMoves);
    const SgfGame again = parse_sgf_game(sgf_text(history, {}), "written");
    if (again.moves.size() != history.moves().size()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    try {
        const SgfTree tree = parse_sgf({reinterpret_cast<const char*>(data), size}, "fuzz.sgf");
        std::vector<int> ends = tree.all_lines();
        ends.resize(std::min(ends.size(), kMaxLines));
        ends.push_back(tree.longest_line());
        for (const int end : ends) {
            try {
                play(read_sgf_line(tree, end));
            } catch (const ProtocolError&) {
            }
        }
    } catch (const ProtocolError&) {
    }
    return 0;
}
