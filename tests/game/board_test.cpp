// SPDX-License-Identifier: MIT
#include "game/board.h"

#include <doctest/doctest.h>

#include <random>
#include <utility>
#include <vector>

#include "core/error.h"
#include "game/symmetry.h"
#include "game/undo_log.h"

using namespace katago;

namespace {

constexpr BoardSize kNineByNine{9, 9};

Point at(const char* vertex, BoardSize size = kNineByNine) {
    return *parse_vertex(vertex, size);
}

Board board_with(BoardSize size, std::initializer_list<const char*> black, std::initializer_list<const char*> white) {
    std::vector<Stone> stones;
    for (const char* vertex : black) stones.push_back({at(vertex, size), Color::Black});
    for (const char* vertex : white) stones.push_back({at(vertex, size), Color::White});
    Board board(size);
    REQUIRE(board.set_strictly(stones));
    return board;
}

// A board whose chains are all put together anew from its stones.
Board rebuilt(const Board& board) {
    return symmetry::map_board(board, symmetry::kIdentity);
}

bool same_chains(const Board& a, const Board& b) {
    for (const Stone& stone : a.stones()) {
        if (a.chain_stones(stone.point) != b.chain_stones(stone.point)) return false;
        if (a.chain_liberties(stone.point) != b.chain_liberties(stone.point)) return false;
        int stones = 0;
        Point next = stone.point;
        do {
            stones++;
            if (a.chain_head(next) != a.chain_head(stone.point)) return false;
            next = a.next_in_chain(next);
        } while (next != stone.point);
        if (stones != a.chain_stones(stone.point)) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("board: a snapback takes back more than the stone thrown in, without a ko") {
    Board board = board_with(kNineByNine, {"A2", "B2"}, {"A3", "B3", "C2", "C1"});
    board.play(at("A1"), Color::White);
    CHECK(board.chain_liberties(at("A2")) == 1);
    board.play(at("B1"), Color::Black);
    CHECK(board.captured(Color::White) == 1);
    CHECK(board.chain_stones(at("A2")) == 3);
    CHECK(board.ko_point() == kNullPoint);
    board.play(at("A1"), Color::White);
    CHECK(board.captured(Color::Black) == 3);
    CHECK(board.ko_point() == kNullPoint);
    CHECK(board.chain_liberties(at("A1")) == 2);
}

TEST_CASE("board: one stone that takes one stone and is in atari makes a ko") {
    Board board = board_with(kNineByNine, {"C4", "D3", "D5"}, {"D4", "E5", "E3", "F4"});
    CHECK(board.ko_mouth(at("E4"), Color::Black) == at("D4"));
    board.play(at("E4"), Color::Black);
    CHECK(board.ko_point() == at("D4"));
    CHECK_FALSE(board.is_legal(at("D4"), Color::White, true));
    CHECK(board.ko_mouth(at("D4"), Color::White) == at("E4"));
    board.play(kPass, Color::White);
    CHECK(board.ko_point() == kNullPoint);
    CHECK(board.is_legal(at("D4"), Color::White, true));
}

TEST_CASE("board: suicide of one stone is never legal, of several only if the rules say so") {
    const Board board = board_with(kNineByNine, {"A2", "B3", "C2", "D1"}, {"B1", "B2", "C1"});
    CHECK(board.is_suicide(at("A1"), Color::White));
    CHECK(board.is_illegal_suicide(at("A1"), Color::White, false));
    CHECK_FALSE(board.is_illegal_suicide(at("A1"), Color::White, true));
    const Board corner = board_with(kNineByNine, {"A2", "B1"}, {});
    CHECK(corner.is_illegal_suicide(at("A1"), Color::White, true));
    Board played = board;
    played.play(at("A1"), Color::White);
    CHECK(played.captured(Color::White) == 4);
    CHECK(played.count(Color::White) == 0);
    CHECK(played.position_hash() == board.hash_after(at("A1"), Color::White));
}

TEST_CASE("board: chains, liberties and hashes survive random play and its undoing") {
    std::mt19937 random(20240607);
    for (const BoardSize size : {BoardSize{5, 5}, BoardSize{9, 7}, BoardSize{19, 19}, BoardSize{2, 2}}) {
        INFO("board ", size.width, "x", size.height);
        Board board(size);
        UndoLog log;
        Player player = Color::Black;
        int failures = 0;
        for (int move = 0; move < 400; move++) {
            const Point point = point_at(static_cast<int>(random() % static_cast<unsigned>(size.width)),
                                         static_cast<int>(random() % static_cast<unsigned>(size.height)));
            if (!board.is_legal(point, player, true)) continue;
            Board reversible = board;
            reversible.play_reversibly(point, player, log);
            const Hash128 foreseen = board.hash_after(point, player);
            Board played = board;
            played.play(point, player);
            failures += !(reversible.same_position(played) && same_chains(reversible, played));
            reversible.undo(log);
            failures += !(reversible.same_position(board) && same_chains(reversible, board));
            failures += reversible.captured(Color::Black) != board.captured(Color::Black);
            failures += foreseen != played.position_hash();
            const Board anew = rebuilt(played);
            failures += !(anew.same_position(played) && same_chains(anew, played));
            failures += anew.position_hash() != played.position_hash();
            board = played;
            player = opponent(player);
        }
        CHECK(failures == 0);
    }
}

TEST_CASE("board: liberties are listed once each, up to the number wanted") {
    const Board board = board_with(kNineByNine, {"C3", "C4", "D4"}, {"E4"});
    Point liberties[10];
    CHECK(board.find_liberties(at("C3"), liberties, 10) == board.chain_liberties(at("C3")));
    CHECK(board.find_liberties(at("C3"), liberties, 2) == 2);
}

TEST_CASE("board: a resolving set-up captures and leaves out suicides of one stone") {
    Board board(kNineByNine);
    for (const char* vertex : {"A2", "B1"}) board.set_resolving({at(vertex), Color::Black});
    board.set_resolving({at("A1"), Color::White});
    CHECK(board.color(at("A1")) == Color::Empty);
    board.set_resolving({at("C1"), Color::White});
    board.set_resolving({at("B2"), Color::White});
    board.set_resolving({at("A3"), Color::White});
    board.set_resolving({at("A1"), Color::White});
    CHECK(board.color(at("A1")) == Color::White);
    CHECK(board.captured(Color::Black) == 2);
    board.set_resolving({at("C1"), Color::Black});
    CHECK(board.color(at("C1")) == Color::Black);
    board.set_resolving({at("C1"), Color::Empty});
    CHECK(board.color(at("C1")) == Color::Empty);
    CHECK(board.ko_point() == kNullPoint);
}

TEST_CASE("board: a strict set-up refuses what would not stay, and changes nothing then") {
    Board board = board_with(kNineByNine, {"A2", "B1"}, {});
    const Hash128 before = board.position_hash();
    const Stone suicide[] = {{at("E5"), Color::White}, {at("A1"), Color::White}};
    CHECK_FALSE(board.set_strictly(suicide));
    const Stone twice[] = {{at("E5"), Color::White}, {at("E5"), Color::Black}};
    CHECK_FALSE(board.set_strictly(twice));
    const Stone off_board[] = {{kPass, Color::White}};
    CHECK_FALSE(board.set_strictly(off_board));
    CHECK(board.position_hash() == before);
    const Stone instead[] = {{at("A2"), Color::Empty}, {at("B1"), Color::White}, {at("A1"), Color::White}};
    CHECK(board.set_strictly(instead));
    CHECK(board.chain_stones(at("A1")) == 2);
    CHECK(board.count(Color::Black) == 0);
}

TEST_CASE("board: hashes are KataGo's") {
    CHECK(to_string(Board().position_hash()) == "CDCBC1F514D7E680FACD226074256633");
    CHECK(to_string(Board().situation_hash(Color::Black)) == "47E1EBDAE69A5DED3FF8DB1FA4E91845");
    CHECK(to_string(Board(kNineByNine).position_hash()) == "9F0B2D702FC8448C75410E097F089AEB");
    Board board;
    board.play(at("Q16", board.size()), Color::Black);
    CHECK(to_string(board.position_hash()) == "D787FAD66281F76731DCD9C1B3387463");
}

TEST_CASE("board: the dump marks the last moves in place of spaces") {
    const BoardSize size{5, 5};
    Board board(size);
    const std::pair<const char*, Color> moves[] = {{"C3", Color::Black}, {"E5", Color::White}, {"C4", Color::Black}};
    std::vector<Point> last;
    for (const auto& [vertex, player] : moves) {
        board.play(at(vertex, size), player);
        last.push_back(at(vertex, size));
    }
    const std::string text = board.text(3, last);
    CHECK(text == "MoveNum: 3 HASH: " + to_string(board.position_hash()) +
                      "\n   A B C D E\n 5 . . . . O2\n 4 . . X3. .\n 3 . . X1. .\n 2 . . . . .\n 1 . . . . .\n");
}

TEST_CASE("board: fixed handicap stones stand on the usual points") {
    const auto vertices = [](BoardSize size, int stones) {
        std::string text;
        for (const Point point : fixed_handicap_points(size, stones)) text += vertex_text(point, size) + " ";
        return text;
    };
    CHECK(vertices({19, 19}, 2) == "D4 Q16 ");
    CHECK(vertices({19, 19}, 9) == "D4 Q16 D16 Q4 D10 Q10 K16 K4 K10 ");
    CHECK(vertices({9, 9}, 5) == "C3 G7 C7 G3 E5 ");
    CHECK_THROWS_AS(fixed_handicap_points({19, 19}, 10), ProtocolError);
    CHECK_THROWS_AS(fixed_handicap_points({8, 9}, 5), ProtocolError);
    CHECK_THROWS_AS(fixed_handicap_points({6, 9}, 2), ProtocolError);
}

TEST_CASE("symmetry: eight symmetries form a group, on boards and on tensors") {
    const BoardSize size{5, 7};
    const Board board = board_with(size, {"A1", "B3", "E7"}, {"C2", "D6"});
    for (int first = 0; first < symmetry::kCount; first++) {
        CHECK(symmetry::compose(first, symmetry::inverse(first)) == symmetry::kIdentity);
        for (int second = 0; second < symmetry::kCount; second++) {
            const Board twice = symmetry::map_board(symmetry::map_board(board, first), second);
            const Board once = symmetry::map_board(board, symmetry::compose(first, second));
            CHECK(twice.position_hash() == once.position_hash());
        }
        const BoardSize frame{9, 9};
        for (int index = 0; index <= frame.area(); index++) {
            const int there = symmetry::map_policy_index(index, frame, first);
            CHECK(symmetry::map_policy_index(there, frame, symmetry::inverse(first)) == index);
        }
    }
    CHECK(symmetry::map_policy_index(1, size, 4) == 1);
    CHECK(symmetry::map_policy_index(1, {5, 5}, 4) == 5);
    CHECK(symmetry::map_point(at("A9"), kNineByNine, 1) == at("A1"));
    CHECK(symmetry::map_point(at("A9"), kNineByNine, 2) == at("J9"));
}

TEST_CASE("point: vertices are read and written as GTP writes them") {
    const BoardSize size{19, 19};
    CHECK(vertex_text(point_at(8, 0), size) == "J19");
    CHECK(parse_vertex(" j19 ", size) == point_at(8, 0));
    CHECK(parse_vertex("PASS", size) == kPass);
    CHECK(parse_vertex("pss", size) == kPass);
    CHECK(parse_vertex("(3,4)", size) == point_at(3, 4));
    CHECK(parse_vertex("(30,4)", size) == kNullPoint);
    for (const char* text : {"", "A", "I5", "A0", "A20", "U1", "A1x", "AA1", "5", "resign", "A-1"})
        CHECK_FALSE(parse_vertex(text, size));
    CHECK(parse_player("White") == Color::White);
    CHECK_FALSE(parse_player("red"));
    for (int index = 0; index <= 361; index++)
        CHECK(policy_index(point_of_policy_index(index, size, size), size) == index);
    CHECK(point_of_policy_index(10, size, kNineByNine) == kNullPoint);
}
