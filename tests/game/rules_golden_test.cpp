// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "game/areas.h"
#include "game/recipe.h"
#include "golden.h"

using namespace katago;
using nlohmann::json;

namespace {

char letter_of(Color color) {
    return color == Color::Black ? 'B' : color == Color::White ? 'W' : '.';
}

// One value per point, row by row from the top.
template <class Value>
json rows_of(const Board& board, Value value) {
    json rows = json::array();
    for (int y = 0; y < board.height(); y++) {
        std::string row;
        for (int x = 0; x < board.width(); x++) row += value(point_at(x, y));
        rows.push_back(row);
    }
    return rows;
}

json rows_of(const Board& board, const PointColors& colors) {
    return rows_of(board, [&](Point point) { return letter_of(colors[point]); });
}

json vertex_of(Point point, const Board& board) {
    return point == kNullPoint ? json(nullptr) : json(vertex_text(point, board.size()));
}

// Vertices are compared as sets: the order of the reference's lists means nothing.
template <class Wanted>
json vertices_where(const Board& board, Wanted wanted) {
    std::vector<std::string> vertices;
    for (Point point = 0; point < kBoardCells; point++)
        if (board.on_board(point) && wanted(point)) vertices.push_back(vertex_text(point, board.size()));
    std::sort(vertices.begin(), vertices.end());
    return vertices;
}

json winner_name(Player winner) {
    return winner == Color::Empty ? json("draw") : json(std::string(short_name(winner)));
}

json areas_of(const BoardHistory& history) {
    const Board& board = history.board();
    PointColors owner;
    json areas;
    AreaOptions options;
    options.suicide = history.area_suicide();
    find_area(board, options, owner);
    areas["passAlive"] = rows_of(board, owner);
    options.safe_big_regions = true;
    find_area(board, options, owner);
    areas["passAliveAndSafe"] = rows_of(board, owner);
    options.unsafe_big_regions = options.non_pass_alive_stones = true;
    find_area(board, options, owner);
    areas["area"] = rows_of(board, owner);

    LifeOptions life;
    life.suicide = history.area_suicide();
    areas["whiteMinusBlackLifeRegions"] = find_independent_life(board, life, owner);
    areas["life"] = rows_of(board, owner);
    life.keep_territories = true;
    find_independent_life(board, life, owner);
    areas["lifeKeepTerritories"] = rows_of(board, owner);
    life.keep_territories = false;
    life.keep_stones = true;
    find_independent_life(board, life, owner);
    areas["lifeKeepStones"] = rows_of(board, owner);
    return areas;
}

json liberties_of(const Board& board) {
    json rows = json::array();
    for (int y = 0; y < board.height(); y++) {
        json row = json::array();
        for (int x = 0; x < board.width(); x++) {
            const Point point = point_at(x, y);
            row.push_back(board.color(point) == Color::Empty ? 0 : board.chain_liberties(point));
        }
        rows.push_back(row);
    }
    return rows;
}

// Everything the reference says of a state, computed by us.
json state_of(const BoardHistory& history) {
    const Board& board = history.board();
    const Player player = history.next_player();
    json state;
    state["turn"] = history.moves().size();
    state["nextPlayer"] = std::string(short_name(player));
    state["board"] = rows_of(board, [&](Point point) { return letter_of(board.color(point)); });
    state["blackCaptured"] = board.captured(Color::Black);
    state["whiteCaptured"] = board.captured(Color::White);
    state["phase"] = history.phase();
    state["finished"] = history.finished();
    state["noResult"] = history.no_result();
    state["pastPhaseEnd"] = history.past_phase_end();
    state["winner"] = !history.finished()   ? json(nullptr)
                      : history.no_result() ? json("no result")
                                            : winner_name(history.winner());
    state["whiteScore"] = history.scored() ? json(history.white_score()) : json(nullptr);
    state["legal"] = rows_of(board, [&](Point point) { return history.is_legal(point, player) ? '1' : '0'; });
    state["koPoint"] = history.phase() == 0 ? vertex_of(board.ko_point(), board) : json(nullptr);
    const PointSet banned = history.banned();
    state["superkoBanned"] = vertices_where(board, [&](Point point) { return banned[point]; });
    state["koRecapBlocked"] = vertices_where(board, [&](Point point) { return history.recapture_blocked()[point]; });
    state["passForKo"] = vertices_where(board, [&](Point point) { return history.is_pass_for_ko(point, player); });
    state["consecutiveEndingPasses"] = history.consecutive_ending_passes();
    state["passWouldEndPhase"] = history.pass_would_end_phase();
    state["passWouldEndGame"] = history.pass_would_end_game();
    state["hasButton"] = history.has_button();
    state["whiteBonus"] = history.white_bonus();
    state["whiteHandicapBonus"] = history.white_handicap_bonus();
    state["handicapStones"] = history.handicap_stones();
    state["turnsThisPhase"] = history.turns_this_phase();
    state["validTurnsThisPhase"] = history.valid_turns_this_phase();
    state["secondEncoreStones"] = rows_of(board, history.second_encore_start());
    const Score score = history.score_now();
    state["scoredNow"] = {{"whiteScore", score.white_score},
                          {"winner", winner_name(score.winner)},
                          {"area", rows_of(board, score.owner)}};
    state["areas"] = areas_of(history);
    state["allPassAlive"] = history.is_settled();
    state["liberties"] = liberties_of(board);
    return state;
}

bool same(const std::string& field, const json& ours, json reference) {
    if (field == "superkoBanned" || field == "koRecapBlocked" || field == "passForKo")
        std::sort(reference.begin(), reference.end());
    return ours == reference;
}

// Counts states and differences; the first few are reported with their place.
class Comparison {
  public:
    void compare(const std::string& id, const BoardHistory& history, const json& reference) {
        states_++;
        const json ours = state_of(history);
        for (const auto& [field, value] : reference.items()) {
            if (ours.contains(field) && same(field, ours.at(field), value)) continue;
            if (mismatches_++ < 5)
                MESSAGE(id << " turn " << history.moves().size() << ": " << field << " is " << ours.value(field, json())
                           << ", wanted " << value);
        }
        // Legality must not depend on whose board it is asked of.
        if (!history.is_legal(kPass, history.next_player()) || history.is_legal(kPass, opponent(history.next_player())))
            mismatches_++;
    }
    void check(int states_expected) const {
        CHECK(states_ == states_expected);
        CHECK(mismatches_ == 0);
    }

  private:
    int states_ = 0;
    int mismatches_ = 0;
};

void compare_file(const char* name, int states_expected) {
    const auto file = golden::find(name);
    if (file.empty()) return;
    Comparison comparison;
    golden::for_each_row(file, [&](const json& row) {
        const std::string id = row.at("id").get<std::string>();
        BoardHistory history = recipe::start_of(row);
        if (row.contains("states")) comparison.compare(id, history, row.at("states").at(0));
        for (size_t i = 0; i < row.at("moves").size(); i++) {
            recipe::play_move(history, row, i);
            if (row.contains("states")) comparison.compare(id, history, row.at("states").at(i + 1));
        }
        if (row.contains("state")) comparison.compare(id, history, row.at("state"));
    });
    comparison.check(states_expected);
}

}  // namespace

TEST_CASE("history: random positions under every rule set equal the reference") {
    compare_file("rules/positions.jsonl.gz", 2428);
}

TEST_CASE("history: rare events equal the reference") {
    compare_file("rules/rare.jsonl.gz", 1235);
}

TEST_CASE("history: whole random games equal the reference move by move") {
    compare_file("rules/traces.jsonl.gz", 4606);
}

TEST_CASE("history: cases made by hand equal the reference") {
    compare_file("rules/cases.jsonl.gz", 435);
}

TEST_CASE("history: complete games end with the reference's result") {
    const auto file = golden::find("games/games.jsonl.gz");
    if (file.empty()) return;
    int games = 0;
    int mismatches = 0;
    golden::for_each_row(file, [&](const json& row) {
        games++;
        const BoardHistory history = recipe::game_of(row);
        const json winner = !history.finished() || history.no_result() ? json(nullptr) : winner_name(history.winner());
        const bool equal = history.finished() == row.at("finished") && history.no_result() == row.at("noResult") &&
                           history.phase() == row.at("phase") && winner == row.at("winner") &&
                           json(history.white_score()) == row.at("whiteScore");
        if (equal) return;
        if (mismatches++ < 5) MESSAGE(row.at("id") << ": ended " << winner << " by " << history.white_score());
    });
    CHECK(games == 145);
    CHECK(mismatches == 0);
}
