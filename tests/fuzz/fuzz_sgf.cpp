// SPDX-License-Identifier: MIT
// Game records: every line of the tree, played through and written out again.
#include <algorithm>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "game/sgf.h"
#include "game/rules_json.h"

using namespace katago;

namespace {

constexpr size_t kMaxLines = 4;
constexpr size_t kMaxMoves = 100;

void play(const SgfGame& game) {
    Rules rules;
    if (game.rules_text) rules = rules_of_text(*game.rules_text, KomiInText::Allowed);
    const BoardHistory history = replay(game, rules, kMaxMoves);
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
