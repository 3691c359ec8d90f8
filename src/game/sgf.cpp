// SPDX-License-Identifier: MIT
// Game records as files, and played through.
#include "game/sgf.h"

#include <algorithm>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "game/sgf/replay.h"

namespace katago {

Board sgf_start(const SgfGame& game) {
    Board board(game.size);
    if (!board.set_strictly(game.setup)) {
        throw ProtocolError(game.name +
                            ": setupInitialBoardAndHist: initial board position contains invalid stones or "
                            "zero-liberty stones");
    }
    return board;
}

ProtocolError illegal_sgf_move(const SgfGame& game, size_t move) {
    return ProtocolError("Illegal move in " + game.name + " turn " + std::to_string(move) + " move " +
                         vertex_text(game.moves[move].point, game.size));
}

SgfGame parse_sgf_game(std::string_view text, const std::string& name) {
    const SgfTree tree = parse_sgf(text, name);
    return read_sgf_line(tree, tree.longest_line());
}

std::vector<std::filesystem::path> find_sgf_files(const std::filesystem::path& folder, std::error_code& failure) {
    std::vector<std::filesystem::path> files;
    for (std::filesystem::recursive_directory_iterator it(folder, failure), end; !failure && it != end;
         it.increment(failure))
        // An entry that cannot be looked at, such as a link in a circle, is no file.
        if (std::error_code ignored;
            lower_case(it->path().extension().string()) == ".sgf" && it->is_regular_file(ignored))
            files.push_back(it->path());
    std::sort(files.begin(), files.end());
    return files;
}

SgfGame load_sgf_game(const std::filesystem::path& file) {
    return parse_sgf_game(read_file(file, kMaxSgfBytes), file.string());
}

Rules SgfGame::rules_or(const Rules& otherwise) const {
    Rules chosen = rules.value_or(otherwise);
    if (komi) chosen.komi = *komi;
    return chosen;
}

BoardHistory replay(const SgfGame& game, const Rules& rules, size_t moves) {
    const Board board = sgf_start(game);
    BoardHistory history(board, game.first_player, rules);
    history.set_initial_turn_number(board.count(Color::Black) + board.count(Color::White));
    for (size_t i = 0; i < std::min(moves, game.moves.size()); ++i) {
        const Move& move = game.moves[i];
        if (!history.is_tolerated(move.point, move.player)) {
            throw illegal_sgf_move(game, i);
        }
        history.make_move(move.point, move.player, PhaseAdvance::Prevented);
    }
    return history;
}

}  // namespace katago
