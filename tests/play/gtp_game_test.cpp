// SPDX-License-Identifier: MIT
#include "play/gtp_game.h"

#include <doctest/doctest.h>

using namespace katago;

namespace {

Point at(const char* vertex) {
    return *parse_vertex(vertex, {9, 9});
}

GtpGame small_game() {
    return GtpGame({9, 9}, *rules_of_name("aga"), {});
}

}  // namespace

TEST_CASE("gtp_game: two moves of one colour start the history afresh, undo goes back across that") {
    GtpGame game = small_game();
    CHECK(game.play({at("C3"), Color::Black}));
    CHECK(game.play({at("G7"), Color::Black}));
    CHECK(game.history().moves().size() == 1);
    CHECK(game.history().handicap_stones() == 2);
    CHECK(game.undo());
    CHECK(game.history().moves().size() == 1);
    CHECK(game.board().color(at("G7")) == Color::Empty);
    CHECK(game.undo());
    CHECK(!game.undo());
}

TEST_CASE("gtp_game: a forbidden move changes nothing") {
    GtpGame game = small_game();
    CHECK(game.play({at("C3"), Color::Black}));
    CHECK(!game.play({at("C3"), Color::White}));
    CHECK(!game.play({kNullPoint, Color::White}));
    CHECK(game.history().moves().size() == 1);
    CHECK(game.next_player() == Color::White);
}

TEST_CASE("gtp_game: rules are changed under the moves, komi stays") {
    GtpGame game = small_game();
    game.set_komi(3.5f);
    game.play({at("C3"), Color::Black});
    game.set_rules(*rules_of_name("japanese"));
    CHECK(game.history().moves().size() == 1);
    CHECK(nice_name(game.rules()) == "Japanese");
    CHECK(game.rules().komi == 3.5f);
    CHECK(game.undo());
}

TEST_CASE("gtp_game: a record keeps moves of one colour in a row, and can be undone") {
    GtpGame game = small_game();
    const std::vector<Move> moves = {{at("C3"), Color::Black}, {at("G7"), Color::Black}, {at("E5"), Color::White}};
    CHECK(game.load(Board({9, 9}), Color::Black, *rules_of_name("chinese"), moves));
    CHECK(game.history().moves().size() == 3);
    CHECK(game.undo());
    const std::vector<Move> impossible = {{at("C3"), Color::Black}, {at("C3"), Color::White}};
    CHECK(!game.load(Board({9, 9}), Color::Black, *rules_of_name("japanese"), impossible));
    CHECK(nice_name(game.rules()) == "Chinese");
}

TEST_CASE("gtp_game: an analysis for the other side changes whose turn it is") {
    GtpGame game = small_game();
    game.play({at("C3"), Color::Black});
    game.switch_player(Color::Black);
    CHECK(game.next_player() == Color::Black);
    CHECK(game.history().moves().empty());
    CHECK(game.has_moves());
}
