// SPDX-License-Identifier: MIT
#include "eval/features.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "game/symmetry.h"
#include "positions.h"

namespace katago {

namespace {

struct Row {
    std::vector<float> spatial, global;
    int channels = 0;
};

Row row_of(int version, const BoardHistory& history, const EvalOptions& options = {}, int symmetry = 0) {
    const RowChannels channels = row_channels(version);
    Row row;
    row.channels = channels.spatial;
    row.spatial.assign(static_cast<size_t>(history.board().area() * channels.spatial), NAN);
    row.global.assign(static_cast<size_t>(channels.global), NAN);
    LadderMemory ladders;
    fill_inputs(version, {history, history.next_player(), options, symmetry}, ladders, row.spatial.data(),
                row.global.data());
    return row;
}

// The vertices of a plane, by the plane's number; empty planes are left out.
std::map<int, std::set<std::string>> planes_of(const Row& row, BoardSize size) {
    std::map<int, std::set<std::string>> planes;
    for (int i = 0; i < size.area(); ++i)
        for (int plane = 1; plane < row.channels; ++plane) {
            const float value = row.spatial[static_cast<size_t>(i * row.channels + plane)];
            if (value != 0) planes[plane].insert(vertex_text(point_at(i % size.width, i / size.width), size));
        }
    return planes;
}

std::set<std::string> vertices(const std::string& text) {
    const auto list = positions::words(text);
    return {list.begin(), list.end()};
}

// Globals that are not zero.
std::map<int, float> globals_of(const Row& row) {
    std::map<int, float> globals;
    for (size_t i = 0; i < row.global.size(); ++i)
        if (row.global[i] != 0) globals[static_cast<int>(i)] = row.global[i];
    return globals;
}

using Globals = std::map<int, float>;

BoardHistory ladder_position(Player next) {
    return positions::set_up({9, 9}, positions::rules("tromp-taylor", 7.5f), "C8 D8 B7", "C7", next);
}

}  // namespace

TEST_CASE("features: liberties, ladder and area from both sides") {
    const Row black = row_of(7, ladder_position(Color::Black));
    auto planes = planes_of(black, {9, 9});
    CHECK(planes[1] == vertices("C8 D8 B7"));
    CHECK(planes[2] == vertices("C7"));
    CHECK(planes[3].empty());
    CHECK(planes[4] == vertices("C7"));
    CHECK(planes[5] == vertices("B7"));
    for (int plane : {14, 15, 16}) CHECK(planes[plane] == vertices("C7"));
    CHECK(planes[17] == vertices("C6"));
    CHECK(planes[18] == vertices("C8 D8 B7"));
    CHECK(planes[19] == vertices("C7"));
    CHECK(globals_of(black) == Globals{{5, -0.375f}, {6, 1}, {7, 0.5f}, {8, 1}, {18, -0.5f}});

    const Row white = row_of(7, ladder_position(Color::White));
    planes = planes_of(white, {9, 9});
    CHECK(planes[1] == vertices("C7"));
    CHECK(planes[17].empty());
    CHECK(planes[18] == vertices("C7"));
    CHECK(globals_of(white) == Globals{{5, 0.375f}, {6, 1}, {7, 0.5f}, {8, 1}, {18, 0.5f}});
}

TEST_CASE("features: passes among the last moves are globals, not points") {
    BoardHistory history = positions::empty({5, 5}, positions::rules("tromp-taylor", 7.5f));
    positions::play(history, "C3 pass D3 pass E3");
    Row row = row_of(7, history);
    auto planes = planes_of(row, {5, 5});
    CHECK(planes[9] == vertices("E3"));
    CHECK(planes[11] == vertices("D3"));
    CHECK(planes[13] == vertices("C3"));
    CHECK(planes[10].empty());
    CHECK(planes[19].size() == 25);
    CHECK((row.global[1] == 1 && row.global[3] == 1));
    CHECK((row.global[0] == 0 && row.global[2] == 0 && row.global[4] == 0 && row.global[14] == 0));

    positions::play(history, "pass");
    row = row_of(7, history);
    planes = planes_of(row, {5, 5});
    CHECK(planes[10] == vertices("E3"));
    CHECK(planes[12] == vertices("D3"));
    CHECK((row.global[0] == 1 && row.global[2] == 1 && row.global[4] == 1 && row.global[14] == 1));
}

TEST_CASE("features: a pass that ends the game may hide history") {
    BoardHistory trompTaylor = positions::empty({5, 5}, positions::rules("tromp-taylor", 7.5f));
    positions::play(trompTaylor, "C3 pass");
    EvalOptions hacks;
    hacks.enable_passing_hacks = true;
    EvalOptions conservative;
    conservative.conservative_pass_and_is_root = true;

    for (const EvalOptions& options : {EvalOptions{}, hacks}) {  // Black is winning: the hacks change nothing
        const Row row = row_of(7, trompTaylor, options);
        CHECK((row.global[0] == 1 && row.global[14] == 1));
        CHECK(planes_of(row, {5, 5})[10] == vertices("C3"));
    }
    BoardHistory chinese = positions::empty({5, 5}, positions::rules("chinese", 7.5f));
    positions::play(chinese, "C3 pass");
    const Row friendly = row_of(7, chinese);
    CHECK((friendly.global[0] == 0 && friendly.global[14] == 0));
    CHECK(planes_of(friendly, {5, 5})[10].empty());

    positions::play(trompTaylor, "pass");
    REQUIRE(trompTaylor.finished());
    const Row finished = row_of(7, trompTaylor);
    CHECK((finished.global[0] == 1 && finished.global[1] == 0 && finished.global[14] == 1));
    for (const EvalOptions& options : {hacks, conservative}) {  // White is losing
        const Row row = row_of(7, trompTaylor, options);
        CHECK((row.global[0] == 0 && row.global[14] == 0));
    }
}

TEST_CASE("features: past the end of a phase one move is shown") {
    BoardHistory history = positions::empty({5, 5}, positions::rules("japanese", 6.5f));
    positions::play(history, "C3 pass pass", PhaseAdvance::Prevented);
    Row row = row_of(7, history);
    CHECK(globals_of(row) == Globals{{0, 1}, {5, 0.375f}, {9, 1}, {10, 1}, {14, 1}});
    for (int plane : {9, 10, 18, 19}) CHECK(planes_of(row, {5, 5})[plane].empty());

    positions::play(history, "pass", PhaseAdvance::Prevented);
    CHECK(globals_of(row_of(7, history))[5] == -0.375f);
    positions::play(history, "D4", PhaseAdvance::Prevented);
    row = row_of(7, history);
    CHECK(planes_of(row, {5, 5})[9] == vertices("D4"));
    CHECK(row.global[1] == 1);
}

TEST_CASE("features: the history that may be seen is bounded by the query") {
    BoardHistory history = positions::empty({9, 9}, positions::rules("tromp-taylor", 7.5f));
    positions::play(history, "C3 G3 E7 pass");
    EvalOptions options;
    options.max_history = 0;
    Row row = row_of(7, history, options);
    CHECK((row.global[0] == 0 && row.global[14] == 1));
    options.max_history = 1;
    row = row_of(7, history, options);
    CHECK(row.global[0] == 1);
    CHECK(planes_of(row, {9, 9})[10].empty());
    options.max_history = 2;
    CHECK(planes_of(row_of(7, history, options), {9, 9})[10] == vertices("E7"));
}

TEST_CASE("features: komi is clipped and its parity made a wave") {
    auto globals = [](BoardSize size, float komi, double draw) {
        EvalOptions options;
        options.draw_equivalent_wins_for_white = draw;
        const Row row = row_of(7, positions::empty(size, positions::rules("tromp-taylor", komi)), options);
        return std::pair{row.global[5], row.global[18]};
    };
    CHECK(globals({9, 9}, 7, 0.7).first == doctest::Approx(-0.36));
    CHECK(globals({9, 9}, 7, 0.7).second == doctest::Approx(-0.2));
    CHECK(globals({9, 9}, 7, 0.5) == std::pair{-0.35f, 0.0f});
    CHECK(globals({9, 9}, 7, 0).second == 0.5f);
    CHECK(globals({9, 9}, 7, 1).second == -0.5f);
    CHECK(globals({5, 5}, 400, 0.5).first == -2.25f);
}

TEST_CASE("features: a symmetry moves the planes, also of boards that are not square") {
    BoardHistory history =
        positions::set_up({7, 5}, positions::rules("tromp-taylor", 6.5f), "C4 D4 B3 F1", "C3 G5 F2", Color::Black);
    positions::play(history, "E2 A1 G1");
    const BoardSize size = history.board().size();
    for (int version = 3; version <= 7; ++version) {
        const Row plain = row_of(version, history);
        for (int s = 0; s < symmetry::kCount; ++s) {
            CAPTURE(version);
            CAPTURE(s);
            const Row turned = row_of(version, history, {}, s);
            const int width = symmetry::size_after(size, s).width;
            int differences = 0;
            for (int i = 0; i < size.area(); ++i) {
                const auto [x, y] = symmetry::map_xy(i % size.width, i / size.width, size, s);
                for (int c = 0; c < plain.channels; ++c)
                    differences += plain.spatial[static_cast<size_t>(i * plain.channels + c)] !=
                                   turned.spatial[static_cast<size_t>((y * width + x) * plain.channels + c)];
            }
            CHECK(differences == 0);
            CHECK(plain.global == turned.global);
        }
    }
}

TEST_CASE("features: version 6 hides what came before a move that was not legal") {
    BoardHistory history = positions::empty({9, 9}, positions::rules("aga-button", 100));
    const BoardSize size = history.board().size();
    history.make_move(*parse_vertex("C3", size), Color::Black);
    history.make_move(*parse_vertex("G3", size), Color::White);
    history.make_move(*parse_vertex("G7", size), Color::White);  // out of turn
    history.make_move(*parse_vertex("E5", size), Color::Black);
    Row row = row_of(6, history);
    auto planes = planes_of(row, size);
    CHECK(planes[9] == vertices("E5"));
    CHECK(planes[10].empty());
    CHECK(row.global.size() == 16);
    CHECK(row.global[5] == 82.0f / 20);  // 9 * 9 + 1
    CHECK(row.global[15] == 0);          // one from a draw on an odd board: where the wave crosses zero
    planes = planes_of(row_of(7, history), size);
    CHECK(planes[10] == vertices("G7"));
    CHECK(row_of(7, history).global[17] == 1);  // the button, which version 6 does not know
}

TEST_CASE("features: versions 3 and 4 show history without bounds and an area of their own") {
    BoardHistory history = ladder_position(Color::Black);
    positions::play(history, "C6");
    EvalOptions options;
    options.max_history = 0;
    const Row v7 = row_of(7, history);
    for (int version : {3, 4}) {
        CAPTURE(version);
        const Row row = row_of(version, history, options);
        auto planes = planes_of(row, {9, 9});
        auto newest = planes_of(v7, {9, 9});
        for (int plane = 1; plane <= 17; ++plane) CHECK(planes[plane] == newest[plane]);
        if (version == 3) {
            CHECK(planes[18] == newest[18]);
            CHECK(planes[19] == newest[19]);
        } else {
            CHECK(planes[18].empty());  // nothing is pass-alive
            CHECK(planes[19].empty());
        }
        CHECK(row.global.size() == 14);
        CHECK(row.global[5] == 0.5f);
        CHECK(row.global[13] == 0.5f);
    }
}

TEST_CASE("features: version 5 has stones, ko, moves and the start of the last phase alone") {
    BoardHistory history =
        positions::set_up({5, 5}, positions::rules("tromp-taylor", 7.5f), "B5 A4 C4 B3", "C5 D4 C3", Color::White);
    positions::play(history, "B4");
    const Row row = row_of(5, history);
    auto planes = planes_of(row, {5, 5});
    CHECK(planes[1] == vertices("B5 A4 B3"));
    CHECK(planes[2] == vertices("C5 D4 C3 B4"));
    CHECK(planes[3] == vertices("C4"));
    CHECK(planes[6] == vertices("B4"));
    for (int plane : {4, 5, 7, 8, 9, 10, 11, 12}) CHECK(planes[plane].empty());
    CHECK(globals_of(row) == Globals{{5, -0.5f}, {6, 1}, {7, 0.5f}, {8, 1}});
}

TEST_CASE("features: the last phase shows stones of its start, and territory") {
    BoardHistory history = positions::set_up({7, 5}, positions::rules("japanese", 6.5f), "C5 C4 A3 B3 C3 C2 C1",
                                             "D5 B4 D4 E4 D3 F3 D2 E2 F2 D1");
    positions::play(history, "pass pass pass pass");
    REQUIRE(history.phase() == 2);
    positions::play(history, "A4 pass B5");
    const Row row = row_of(7, history);
    auto planes = planes_of(row, {7, 5});
    CHECK(planes[9] == vertices("B5"));
    CHECK(planes[11] == vertices("A4"));
    CHECK(planes[15] == vertices("B4"));
    CHECK(planes[16] == vertices("B4"));
    CHECK(planes[18].size() == 20);
    CHECK(planes[19].size() == 15);
    CHECK(planes[20] == vertices("D5 B4 D4 E4 D3 F3 D2 E2 F2 D1"));
    CHECK(planes[21] == vertices("C5 C4 A3 B3 C3 C2 C1"));
    CHECK(globals_of(row) == Globals{{1, 1}, {5, 0.175f}, {9, 1}, {10, 1}, {12, 1}, {13, 1}, {18, 0.5f}});
}

TEST_CASE("features: an unknown version is refused") {
    CHECK_THROWS_AS(row_channels(2), UnsupportedError);
    CHECK_THROWS_AS(row_channels(8), UnsupportedError);
}

}  // namespace katago
