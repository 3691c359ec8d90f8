// SPDX-License-Identifier: MIT
#include "game/sgf.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "core/file.h"
#include "core/rng.h"
#include "game/records.h"
#include "golden.h"

using namespace katago;
using records::parse;

namespace {

std::string line_text(const SgfGame& game) {
    std::string text;
    for (const Move& move : game.moves) {
        text += text.empty() ? "" : " ";
        text += std::string(short_name(move.player)) + vertex_text(move.point, game.size);
    }
    return text;
}

BoardSize size_of(const nlohmann::json& row) {
    return {row["size"][0].get<int>(), row["size"][1].get<int>()};
}

std::string moves_of(const nlohmann::json& row) {
    std::string text;
    for (const auto& move : row["moves"]) {
        text += text.empty() ? "" : " ";
        text += move[0].get<std::string>() + move[1].get<std::string>();
    }
    return text;
}

}  // namespace

TEST_CASE("sgf: reads moves, size, komi, rules, names and set-up") {
    const SgfGame game = parse(
        "\xEF\xBB\xBF (;FF[4]SZ[9:13]KM[6.5]RU[Japanese]PB[A\\]\\\\]PW[B]HA[2]AB[aa][ci]AW[ba:bc]PL[W];W[]\n; B "
        "[dd]C[x];W[tt])");
    CHECK(game.size == BoardSize{9, 13});
    CHECK(game.komi == 6.5F);
    CHECK(game.rules_text == "Japanese");
    CHECK(game.black_name == "A]\\");
    CHECK(game.handicap == 2);
    CHECK(game.setup.size() == 5);
    CHECK(game.setup[4] == Stone{point_at(1, 2), Color::White});
    CHECK(game.first_player == Color::White);
    CHECK(line_text(game) == "Wpass BD10 Wpass");
    const BoardHistory history = replay(game, rules_of_name("japanese").value());
    CHECK(history.initial_turn_number() == 5);
    CHECK(history.moves().size() == 3);
    CHECK(replay(game, Rules{}, 2).moves().size() == 2);
}

TEST_CASE("sgf: a missing SZ means 19x19, a missing player follows from the stones") {
    CHECK(parse("(;)").size == BoardSize{19, 19});
    CHECK(parse("(;)").first_player == Color::Black);
    CHECK(parse("(;AB[aa])").first_player == Color::White);
    CHECK(parse("(;AB[aa]AW[bb])").first_player == Color::Black);
    CHECK(parse("(;AB[aa]PL[black])").first_player == Color::Black);
    CHECK_FALSE(parse("(;)").komi.has_value());
}

TEST_CASE("sgf: follows the longest variation, of equal ones the first; the others can be read too") {
    const std::string text = "(;SZ[9];B[aa](;W[bb])(;W[cc];B[dd](;W[ee])(;W[ff]))(;W[gg];B[hh];W[ii])) trailing junk";
    CHECK(line_text(parse(text)) == "BA9 WC7 BD6 WE5");
    const SgfTree tree = parse_sgf(text, "t");
    std::vector<std::string> lines;
    for (int end : tree.all_lines()) lines.push_back(line_text(read_sgf_line(tree, end)));
    CHECK(lines == std::vector<std::string>{"BA9 WB8", "BA9 WC7 BD6 WE5", "BA9 WC7 BD6 WF4", "BA9 WG3 BH2 WJ1"});
}

TEST_CASE("sgf: several moves in a node, split keys, line ends in text") {
    CHECK(line_text(parse("(;SZ[9];W[bb]B[aa]B[cc])")) == "BA9 BC7 WB8");
    const SgfTree tree = parse_sgf("(;A B[aa]C[one\r\ntwo\\\nthree\tfour]AB[bb])", "t");
    CHECK(*tree.nodes[0].find("AB") == std::vector<std::string>{"aa", "bb"});
    CHECK(tree.nodes[0].find("C")->front() == "one\ntwothree four");
    CHECK(tree.nodes[0].find("X") == nullptr);
}

TEST_CASE("sgf: malformed records are errors that name the file and the place") {
    CHECK_THROWS_WITH_AS(parse("hello"),
                         "test.sgf: line 1, column 1: Empty or invalid sgf (is the opening parenthesis missing?)",
                         ProtocolError);
    CHECK_THROWS_WITH_AS(parse("(;B[aa]\n;W[bb]"), "test.sgf: line 2, column 7: Unexpected end of str", ProtocolError);
    CHECK_THROWS_WITH_AS(parse("(;SZ[25])"), "test.sgf: board size SZ[25]: wanted 2 to 19 columns and rows",
                         ProtocolError);
    CHECK_THROWS_WITH_AS(parse("(;SZ[9];B[jj])"), "test.sgf: 'jj' is not a point of the 9x9 board", ProtocolError);
    for (const char* bad : {"", "()", "(())", "((;B[aa]))", "(;B)", "(;B[aa)", "(;B[aa\\", "(;B[aa](;W[bb]);B[cc])",
                            "(;1[aa])", "(;SZ[1])", "(;SZ[9:])", "(;SZ[x])", "(;B[a])", "(;B[aaa])", "(;AB[aa:zz])",
                            "(;SZ[9][19])", "(;AB[aa]AW[aa])", "(;KM[1][2])"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse(bad), ProtocolError);
    }
}

TEST_CASE("sgf: an impossible move or set-up is noticed on replay") {
    CHECK_THROWS_WITH_AS(replay(parse("(;SZ[9];B[aa];W[bb];B[aa])"), Rules{}),
                         "Illegal move in test.sgf turn 2 move A9", ProtocolError);
    CHECK_NOTHROW(replay(parse("(;SZ[9];B[aa];B[bb])"), Rules{}));
    CHECK_THROWS_AS(replay(parse("(;AB[ab][ba]AW[aa])"), Rules{}), ProtocolError);
}

TEST_CASE("sgf: komi of unusual origins") {
    CHECK(parse("(;KM[3.75]US[GoGoD95]RU[Chinese])").komi == 7.5F);
    CHECK(parse("(;KM[375]AP[foxwq])").komi == 7.5F);
    CHECK(parse("(;KM[0]AP[foxwq])").komi == 0.0F);
    for (const char* bad : {"(;KM[3.75])", "(;KM[x])", "(;KM[nan])", "(;KM[1e9])", "(;KM[12]AP[foxwq])"}) {
        CAPTURE(bad);
        const SgfGame game = parse(bad);
        CHECK_FALSE(game.komi.has_value());
        CHECK_FALSE(game.warnings.empty());
    }
}

TEST_CASE("sgf: the Fox server's unwritten handicap stones") {
    CHECK(parse("(;SZ[19]AP[foxwq]HA[3];W[dd])").setup.size() == 3);
    CHECK(parse("(;SZ[19]AP[GNU Go:3.8]GN[]HA[4];W[dd])").setup.size() == 4);
    CHECK(parse("(;SZ[19]AP[foxwq]HA[3];B[dd])").setup.empty());
    CHECK(parse("(;SZ[19]HA[3];W[dd])").setup.empty());
    auto has_side_stone = [](const char* text) {
        for (const Stone& stone : parse(text).setup)
            if (stone.point == point_at(3, 9)) return true;
        return false;
    };
    CHECK(has_side_stone("(;SZ[19]AP[foxwq]HA[6]DT[2019-05-05];W[aa])"));
    CHECK_FALSE(has_side_stone("(;SZ[19]AP[foxwq]HA[6]DT[2017-05-05];W[aa])"));
}

TEST_CASE("sgf: deep nesting and many variations cost no stack") {
    constexpr size_t kDepth = 200000;
    std::string deep;
    for (size_t i = 0; i < kDepth; ++i) deep += "(;B[]";
    CHECK_THROWS_AS(parse(deep), ProtocolError);
    CHECK(parse(deep + std::string(kDepth, ')')).moves.size() == kDepth);
    CHECK_THROWS_AS(parse(std::string(kDepth, '(')), ProtocolError);
}

TEST_CASE("sgf: writes what the reference writes") {
    Rules rules = rules_of_name("tromp-taylor").value();
    BoardHistory game(Board({9, 9}), Color::Black, rules);
    CHECK(sgf_text(game, {}) == "(;FF[4]GM[1]SZ[9]PB[]PW[]HA[0]KM[7.5]RU[TrompTaylor])");
    game.make_move(point_at(4, 4), Color::Black);
    game.make_move(kPass, Color::White);
    game.make_move(kPass, Color::Black);
    CHECK(sgf_text(game, {"b", "w", SgfRulesText::Compact, {}}) ==
          "(;FF[4]GM[1]SZ[9]PB[b]PW[w]HA[0]KM[7.5]RU[koPOSITIONALscoreAREAtaxNONEsui1]RE[B+73.5];B[ee];W[];B[]C[result="
          "B+73.5])");
    CHECK(sgf_text(game, {"", "", SgfRulesText::NiceName, 0.0F}).find("RE[0]") != std::string::npos);

    Board board({13, 7});
    const Stone stones[] = {
        {point_at(2, 2), Color::Black}, {point_at(10, 2), Color::Black}, {point_at(0, 0), Color::White}};
    REQUIRE(board.set_strictly(stones));
    BoardHistory setup(board, Color::White, rules);
    setup.finish_by_resignation(Color::White);
    CHECK(sgf_text(setup, {}) == "(;FF[4]GM[1]SZ[13:7]PB[]PW[]HA[0]KM[7.5]RU[TrompTaylor]RE[W+R]AB[cc][kc]AW[aa])");
}

TEST_CASE("sgf: what was written reads back the same, whatever bytes are changed nothing worse than an error happens") {
    Rng rng(20240607);
    BoardHistory game(Board({9, 9}), Color::Black, Rules{});
    while (!game.finished() && game.moves().size() < 120) {
        const Point point =
            rng.chance(0.02) ? kPass : point_at(static_cast<int>(rng.below(9)), static_cast<int>(rng.below(9)));
        if (game.is_legal(point, game.next_player())) game.make_move(point, game.next_player());
    }
    const std::string text = sgf_text(game, {});
    const SgfGame read = parse(text);
    CHECK(read.moves == game.moves());
    CHECK(replay(read, Rules{}).board().same_position(game.board()));

    const std::string alphabet = "()[];\\:aBWSZKMAE19 \n\xFF";
    for (int round = 0; round < 3000; ++round) {
        std::string changed = text;
        for (uint64_t edits = 1 + rng.below(4); edits > 0; --edits) {
            const size_t at = rng.below(changed.size());
            const char byte = alphabet[rng.below(alphabet.size())];
            switch (rng.below(3)) {
                case 0:
                    changed[at] = byte;
                    break;
                case 1:
                    changed.insert(at, 1, byte);
                    break;
                default:
                    changed.erase(at, 1 + rng.below(20));
                    break;
            }
            if (changed.empty()) changed = "(";
        }
        CAPTURE(round);
        try {
            replay(parse(changed), Rules{});
        } catch (const ProtocolError&) {
            continue;  // a clear refusal is as good as a game
        }
    }
}

TEST_CASE("sgf: the reference's games read as their records say and write back the same") {
    const auto list = golden::find("games/games.jsonl.gz");
    if (list.empty()) return;
    int games = 0;
    golden::for_each_row(list, [&](const nlohmann::json& row) {
        const auto file = list.parent_path() / row["sgf"].get<std::string>();
        CAPTURE(file.string());
        const SgfGame game = load_sgf_game(file);
        CHECK(game.size == size_of(row));
        CHECK(game.komi == row["komi"].get<float>());
        CHECK(line_text(game) == moves_of(row));
        CHECK(short_name(game.first_player) == row["initialPlayer"].get<std::string>());
        std::string setup, wanted;
        for (const Stone& stone : game.setup)
            setup += std::string(short_name(stone.color)) + vertex_text(stone.point, game.size) + " ";
        for (const auto& stone : row["initialStones"])
            wanted += stone[0].get<std::string>() + stone[1].get<std::string>() + " ";
        CHECK(setup == wanted);

        Rules rules = parse_rules(game.rules_text.value(), KomiInText::Forbidden);
        const auto& named = row["rules"];
        CHECK(name_of(rules.ko) == named["ko"].get<std::string>());
        CHECK(name_of(rules.scoring) == named["scoring"].get<std::string>());
        CHECK(name_of(rules.tax) == named["tax"].get<std::string>());
        CHECK(rules.multi_stone_suicide == named["suicide"].get<bool>());
        CHECK(rules.has_button == named["hasButton"].get<bool>());
        CHECK(name_of(rules.white_handicap_bonus) == named["whiteHandicapBonus"].get<std::string>());
        CHECK(rules.friendly_pass_ok == named["friendlyPassOk"].get<bool>());
        rules.komi = game.komi.value();

        // Played on through the cleanup phases, as the game was.
        const Board start = replay(game, rules, 0).board();
        BoardHistory history(start, game.first_player, rules);
        history.set_assume_handicap(row["handicapMoves"].get<bool>());
        for (const Move& move : game.moves) history.make_move(move.point, move.player);
        // These files name rule sets in either way.
        const bool nice = game.rules_text == nice_name(rules);
        const SgfRulesText style = nice ? SgfRulesText::NiceName : SgfRulesText::Compact;
        CHECK(sgf_text(history, {game.black_name, game.white_name, style, {}}) + "\n" == read_file(file));
        ++games;
    });
    CHECK(games == 145);
}

TEST_CASE("sgf: records of strong play parse and replay") {
    const auto folder = golden::find("games-b18");
    if (folder.empty()) return;
    int games = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".sgf") continue;
        CAPTURE(entry.path().string());
        const SgfGame game = load_sgf_game(entry.path());
        const Rules rules = parse_rules(game.rules_text.value(), KomiInText::Forbidden);
        CHECK(replay(game, rules).moves().size() == game.moves.size());
        CHECK(game.komi.has_value());
        ++games;
    }
    CHECK(games == 13);
}
