// SPDX-License-Identifier: MIT
// Set-up wherever records have it, and values as programs write them.
#include <doctest/doctest.h>

#include <string>

#include "core/error.h"
#include "game/records.h"

using namespace katago;
using records::parse;

namespace {

std::string start_text(const SgfGame& game) {
    std::string text;
    for (const Stone& stone : game.setup)
        text += (text.empty() ? "" : " ") + std::string(short_name(stone.color)) + vertex_text(stone.point, game.size);
    return text;
}

}  // namespace

TEST_CASE("sgf: set-up before the first move is the start, in whatever nodes it stands") {
    const struct {
        const char *text, *start;
    } rows[] = {
        {"(;SZ[9];AB[cc];W[ee])", "BC7"},
        {"(;SZ[9]AB[]KM[6.5];B[cc])", ""},
        {"(;SZ[9]AB[cc]AW[ ];W[ee])", "BC7"},
        {"(;SZ[9]AB[dd][dd];W[ee])", "BD6"},
        {"(;SZ[9]AB[ef:dd];W[gg])", "BD6 BE6 BD5 BE5 BD4 BE4"},
        {"(;SZ[9]AB[de:ed];W[gg])", "BD6 BE6 BD5 BE5"},
        {"(;SZ[9]AB[ c c ]\n[ d\td : e d ];W[gg])", "BC7 BD6 BE6"},
        {"(;SZ[9]AB[cc]AE[dd];W[ee])", "BC7"},
        {"(;SZ[9]AE[aa:ii]AB[cc];W[ee])", "BC7"},
        {"(;SZ[9]AB[cc][dd];AE[dd]AW[cc];AW[gg];B[ee])", "WC7 WG3"},
        {"(;SZ[9];;C[x];AB[cc];AW[dd];B[ee])", "BC7 WD6"},
        {"(;;SZ[9]AB[cc]KM[0.5];W[ee])", "BC7"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const SgfGame game = parse(row.text);
        CHECK(game.size == BoardSize{9, 9});
        CHECK(start_text(game) == row.start);
        CHECK(replay(game, Rules{}).moves().size() == 1);
    }
    CHECK(parse("(;SZ[9]AB[cc]AE[dd])").first_player == Color::White);
    CHECK(parse("(;SZ[9];AB[cc];PL[ B ])").first_player == Color::Black);
    CHECK(parse("(;SZ[9]PL[W];AB[cc]AW[dd])").first_player == Color::White);
    CHECK(parse("(;SiZe[9]AddBlack[aa][bb]AddWhite[cc]AddEmpty[dd])").setup.size() == 3);
}

TEST_CASE("sgf: contradictory set-up is told or refused") {
    const SgfGame game = parse("(;SZ[9]AB[cc]AE[cc];B[ee])");
    CHECK(start_text(game).empty());
    REQUIRE(game.warnings.size() == 1);
    CHECK(game.warnings[0] == "test.sgf: AE and a stone at C7 in one node; what the file has last counts");
    CHECK_THROWS_WITH_AS(parse("(;SZ[9]AB[cc]AW[bc:cc])"), "test.sgf: AB and AW both have a stone at C7",
                         ProtocolError);
    CHECK_THROWS_AS(parse("(;SZ[9]AB[cc:zz])"), ProtocolError);
    CHECK_THROWS_AS(parse("(;SZ[9]AB[cc:])"), ProtocolError);
    CHECK_THROWS_AS(replay(parse("(;SZ[9];AB[ab][ba];AW[aa])"), Rules{}), ProtocolError);
    CHECK_FALSE(parse("(;SZ[9]PL[green])").warnings.empty());
    std::string many = "(;SZ[19]AB";
    for (int i = 0; i < 1000; ++i) many += "[aa:ss]";
    CHECK_THROWS_AS(parse(many + ")"), ProtocolError);
}

TEST_CASE("sgf: set-up in the middle of a game is a new start, which is told") {
    const SgfGame game = parse("(;SZ[9];B[cc];W[gg];AB[ee]AE[gg]PL[W];W[dd];B[ff])");
    CHECK(start_text(game) == "BC7 BE5");
    CHECK(game.moves.size() == 2);
    CHECK(game.comments.size() == 2);
    REQUIRE(game.warnings.size() == 1);
    CHECK(
        game.warnings[0] ==
        "test.sgf: stones are set up in the middle of the game, after move 2; that position is taken as the start, the "
        "moves before it are left out");
    CHECK(replay(game, Rules{}).board().count(Color::Black) == 3);

    // Captures are carried out before; the player follows from PL, else from the last move.
    const SgfGame taken = parse("(;SZ[9]AW[aa];B[ab];W[ii];B[ba];AW[gg])");
    CHECK(start_text(taken) == "BB9 BA8 WG3 WJ1");
    CHECK(taken.first_player == Color::White);
    CHECK(parse("(;SZ[9];B[cc];W[gg];AB[ee]PL[W])").first_player == Color::White);
    // The last of several new starts counts, a move in the same node comes after it.
    const SgfGame twice = parse("(;SZ[9];B[cc];AB[dd];W[ee];AE[cc]B[ff])");
    CHECK(start_text(twice) == "BD6 WE5");
    CHECK(twice.moves.size() == 1);
}

TEST_CASE("sgf: set-up that lists what is there already, captures for one, changes nothing") {
    for (const char* text : {"(;SZ[9]AW[aa];B[ab];W[ii];B[ba]AE[aa])", "(;SZ[9]AW[aa];B[ab];W[ii];B[ba];AE[aa])",
                             "(;SZ[9]AW[aa];B[ab];W[ii];AB[ab]AE[hh];B[ba])"}) {
        CAPTURE(text);
        const SgfGame game = parse(text);
        CHECK(game.moves.size() == 3);
        CHECK(game.warnings.empty());
    }
}

TEST_CASE("sgf: stones that are only taken off after the last move, dead ones for one, begin no new game") {
    for (const char* text : {"(;SZ[9];B[cc];W[dd];B[];W[];AE[cc])", "(;SZ[9];B[cc];W[dd];B[];W[];AE[cc];AE[dd]TB[dd])",
                             "(;SZ[9];B[cc];W[dd];B[];W[];C[counted];AE[aa:dd]C[White wins])"}) {
        CAPTURE(text);
        const SgfGame game = parse(text);
        CHECK(game.moves.size() == 4);
        REQUIRE(game.warnings.size() == 1);
        CHECK(game.warnings[0] == "test.sgf: stones are taken off after the last move; they are left on the board");
    }
    CHECK(parse("(;SZ[9];B[cc];W[dd];AE[cc]AB[ee])").moves.empty());
    CHECK(parse("(;SZ[9];B[cc];W[dd];AE[cc];B[ee])").moves.size() == 1);
}

TEST_CASE("sgf: a new start that cannot be is refused") {
    CHECK_THROWS_AS(parse("(;SZ[9];B[ab];W[ii];B[ba];AW[aa];B[cc])"), ProtocolError);
    CHECK_THROWS_WITH_AS(parse("(;SZ[9];B[ab];W[ab];AW[aa];B[cc])"), "Illegal move in test.sgf turn 1 move A8",
                         ProtocolError);
}

TEST_CASE("sgf: repeated, padded and empty values") {
    CHECK(parse("(;SZ[9][9])").size == BoardSize{9, 9});
    CHECK(parse("(;SZ[9]SZ[ 9 ])").size == BoardSize{9, 9});
    CHECK(parse("(;SZ[ 9 : 13 ])").size == BoardSize{9, 13});
    CHECK(parse("(;SZ[9x13])").size == BoardSize{9, 13});
    CHECK(parse("(;SZ[13]SZ[13:13])").size == BoardSize{13, 13});
    CHECK(parse("(;KM[6.50]KM[6,5])").komi == 6.5F);
    CHECK(parse("(;RU[Japanese]RU[jp])").rules == rules_of_name("japanese"));
    CHECK_THROWS_AS(parse("(;RU[Japanese][Klingon])"), ProtocolError);
    CHECK_THROWS_AS(parse("(;KM[six][sixes])"), ProtocolError);
    CHECK(parse("(;SZ[]KM[6.5])").size == BoardSize{19, 19});
    CHECK(parse("(;SZ[9];B[ dd ];W[ ];B[\nee\n])").moves.size() == 3);
    CHECK(parse("(;HA[ 2 ]RU[ Japanese ])").handicap == 2);
    CHECK_THROWS_WITH_AS(parse("(;SZ[9]SZ[13])"), "test.sgf: the game has more than one value of SZ: '9' and '13'",
                         ProtocolError);
}
