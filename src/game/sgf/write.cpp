// SPDX-License-Identifier: MIT
// BoardHistory -> SGF text.
#include "game/sgf.h"

#include "core/text.h"

namespace katago {
namespace {

std::string sgf_point(Point point) {
    if (point == kPass) return {};
    return {static_cast<char>('a' + x_of(point)), static_cast<char>('a' + y_of(point))};
}

std::string property(std::string_view key, std::string_view value) {
    return std::string(key) + "[" + std::string(value) + "]";
}

std::string setup_text(const Board& board, Color color, std::string_view key) {
    std::string text;
    for (const Stone& stone : board.stones()) {
        if (stone.color == color) text += property("", sgf_point(stone.point));
    }
    return text.empty() ? text : std::string(key) + text;
}

std::string moves_text(const BoardHistory& game, const std::string& result) {
    std::string text;
    // Whether a move was a pass for ko depends on the position it was made in.
    BoardHistory replayed(game.initial_board(), game.initial_player(), game.rules(), game.initial_phase());
    for (const Move& move : game.moves()) {
        const bool pass_for_ko = replayed.is_pass_for_ko(move.point, move.player);
        text += ";" + property(short_name(move.player), pass_for_ko ? "" : sgf_point(move.point));
        if (pass_for_ko) text += property("TR", sgf_point(move.point));
        replayed.make_move(move.point, move.player, move.advance);

        std::string comment = pass_for_ko ? "Pass for ko" : "";
        if (&move == &game.moves().back() && !result.empty()) {
            comment += (comment.empty() ? "result=" : " result=") + result;
        }
        if (!comment.empty()) text += property("C", comment);
    }
    return text;
}

}  // namespace

std::string result_text(const BoardHistory& game, std::optional<float> white_score) {
    if (!game.finished()) return {};
    if (game.no_result()) return "Void";
    if (game.resigned()) return std::string(short_name(game.winner())) + "+R";
    const float score = white_score.value_or(game.white_score());
    if (score == 0) return "0";
    return score > 0 ? "W+" + default_number(score) : "B+" + default_number(-score);
}

std::string sgf_text(const BoardHistory& game, const SgfWriteOptions& options) {
    const BoardSize size = game.board().size();
    std::string size_text = std::to_string(size.width);
    if (size.width != size.height) size_text += ":" + std::to_string(size.height);
    const bool nice = options.rules_text == SgfRulesText::NiceName;
    const std::string result = result_text(game, options.white_score);

    std::string text =
        "(;FF[4]GM[1]" + property("SZ", size_text) + property("PB", options.black_name) +
        property("PW", options.white_name) + property("HA", std::to_string(game.handicap_stones_for_record())) +
        property("KM", default_number(game.rules().komi)) +
        property("RU", nice ? nice_name(game.rules()) : compact_text(game.rules(), KomiInOutput::Hidden));
    if (!result.empty()) text += property("RE", result);
    text += setup_text(game.initial_board(), Color::Black, "AB");
    text += setup_text(game.initial_board(), Color::White, "AW");
    return text + moves_text(game, result) + ")";
}

}  // namespace katago
