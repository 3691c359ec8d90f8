// SPDX-License-Identifier: MIT
// A match plays as the same settings play over GTP.
#include <doctest/doctest.h>

#include <sstream>

#include "command/gtp/gtp.h"
#include "command/gtp/transcripts.h"
#include "command/match/match_play.h"
#include "game/sgf.h"

using namespace katago;

namespace {

constexpr int kMaxMoves = 120;

// A search in which nothing is left to chance, with GTP's defaults where those of matches differ.
constexpr std::string_view kSettings =
    "nnModelFile = none\nnnPrecision = fp32\nnnRandomize = false\nnumSearchThreads = 1\nmaxVisits = 24\n"
    "chosenMoveTemperature = 0\nchosenMoveTemperatureEarly = 0\nminPlayoutsPerThread = 0\n"
    "rootSymmetryPruning = true\nenablePassingHacks = true\nenableMorePassingHacks = true\nconservativePass = true\n"
    "fillDameBeforePass = true\ngenmoveAntiMirror = true\n";

// Black owns the upper side, where two white stones are dead; the rest is open, with White far behind.
const std::vector<std::string> kPosition = {"b", "A7", "b", "C7", "b", "A6", "b", "B6", "b", "C6", "b", "D6", "b", "E6",
                                            "b", "F6", "b", "G6", "b", "E7", "b", "A4", "b", "B4", "b", "C4", "b", "D4",
                                            "b", "E4", "b", "F4", "b", "G4", "w", "A2", "w", "B2", "w", "C2", "w", "D2",
                                            "w", "E2", "w", "F2", "w", "G2", "w", "G7", "w", "D5"};

// How a game went: its moves as GTP has them, and who resigned or by how much it was won.
struct Course {
    std::vector<std::string> moves;
    std::string result;
};

// An engine that speaks GTP.
class GtpSide {
  public:
    GtpSide(Engine& engine, const Config& config)
        : log_(LogOptions{}, {}, err_), streams_{in_, out_, err_}, session_({engine, config, log_, streams_, "1"}) {}

    std::string ask(const std::string& command) {
        out_.str("");
        std::istringstream in(command + "\n");
        run_gtp_loop(session_, in);
        const std::string answer = out_.str();
        REQUIRE(answer.starts_with("= "));
        return answer.substr(2, answer.size() - 4);
    }

  private:
    std::istringstream in_;
    std::ostringstream out_, err_;
    Logger log_;
    Streams streams_;
    GtpSession session_;
};

Course play_over_gtp(Engine& engine, const Config& config) {
    GtpSide black(engine, config);
    GtpSide white(engine, config);
    std::string position = "set_position";
    for (const std::string& word : kPosition) position += " " + word;
    for (GtpSide* side : {&black, &white})
        for (const std::string& command : {std::string("boardsize 7"), position}) side->ask(command);
    Course course;
    for (int passes = 0; passes < 2 && course.moves.size() < kMaxMoves;) {
        const bool blacks_turn = course.moves.size() % 2 == 0;
        const std::string move = (blacks_turn ? black : white).ask(blacks_turn ? "genmove b" : "genmove w");
        if (move == "resign") {
            course.result = blacks_turn ? "W+R" : "B+R";
            return course;
        }
        (blacks_turn ? white : black).ask((blacks_turn ? "play b " : "play w ") + move);
        passes = move == "pass" ? passes + 1 : 0;
        course.moves.push_back(move);
    }
    course.result = black.ask("final_score");
    return course;
}

BoardHistory starting_position(const Rules& rules) {
    Board board({7, 7});
    std::vector<Stone> stones;
    for (size_t i = 0; i < kPosition.size(); i += 2)
        stones.push_back({*parse_vertex(kPosition[i + 1], board.size()), *parse_player(kPosition[i])});
    REQUIRE(board.set_strictly(stones));
    BoardHistory history(board, Color::Black, rules);
    history.set_assume_handicap(true);
    history.set_initial_turn_number(static_cast<int>(stones.size()));
    return history;
}

Course play_as_match(Engine& engine, const Config& config) {
    const BotSettings bot = read_bot_settings(config, 0);
    GameStart start;
    start.history = starting_position(rules_from_config(config));
    start.max_moves = kMaxMoves;
    start.seed = "match";
    const std::atomic<bool> stop = false;
    const MatchBot player{bot, engine.evaluator()};
    const PlayedGame game = *play_match_game(start, {player, player}, stop);
    CHECK(game.end != GameEnd::MoveLimit);
    Course course;
    for (const Move& move : game.history.moves()) course.moves.push_back(vertex_text(move.point, {7, 7}));
    course.result = result_text(game.history);
    return course;
}

// Both ways to play, and what they have in common.
struct Comparison {
    Course gtp, match;

    explicit Comparison(const std::string& settings) {
        const Config config = Config::from_text(std::string(kSettings) + settings, "test");
        Engine engine(transcripts::model(), config);
        gtp = play_over_gtp(engine, config);
        match = play_as_match(engine, config);
    }
    // A match may end a settled game early.
    bool same_moves() const {
        return match.moves.size() <= gtp.moves.size() &&
               std::equal(match.moves.begin(), match.moves.end(), gtp.moves.begin());
    }
};

}  // namespace

TEST_CASE("match: a lost game is resigned as it is over GTP") {
    if (transcripts::model().empty()) return;
    const Comparison games(
        "rules = tromp-taylor\nallowResignation = true\nresignThreshold = -0.8\nresignConsecTurns = 2\n");
    CHECK(games.match.result == "B+R");
    CHECK(games.gtp.result == "B+R");
    CHECK(games.same_moves());
    CHECK(games.match.moves.size() == games.gtp.moves.size());
}

TEST_CASE("match: a won game is cleaned up and passed to its end as it is over GTP") {
    if (transcripts::model().empty()) return;
    const Comparison games("rules = tromp-taylor\n");
    CHECK(games.match.result == games.gtp.result);
    CHECK(games.match.result.starts_with("B+"));
    CHECK(games.same_moves());
}

TEST_CASE("match: where players agree on dead stones, a game ends as it does over GTP without friendly passes") {
    if (transcripts::model().empty()) return;
    const Comparison games("rules = chinese\nfriendlyPass = false\n");
    CHECK(games.match.result == games.gtp.result);
    CHECK(games.match.result.starts_with("B+"));
    CHECK(games.same_moves());
}

TEST_CASE("match: a friendly pass is made as over GTP, but leaves dead stones to count") {
    if (transcripts::model().empty()) return;
    const Comparison games("rules = chinese\nfriendlyPass = auto\n");
    CHECK(games.match.moves == games.gtp.moves);
    CHECK(games.gtp.result.starts_with("B+"));
    CHECK(games.match.result.starts_with("W+"));  // why a match makes none unless told to
}
