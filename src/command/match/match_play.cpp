// SPDX-License-Identifier: MIT
#include "command/match/match_play.h"

#include <memory>
#include <vector>

#include "core/ensure.h"
#include "core/rng.h"
#include "search/search.h"

namespace katago {

namespace {

// How often a search looks whether the match was stopped.
constexpr double kStopInterval_s = 0.1;

// One bot's side of a game: its search, which keeps what it knows from move to move.
class Seat {
  public:
    Seat(const MatchBot& bot, const BoardHistory& history, uint64_t seed)
        : settings_(bot.settings), search_(bot.evaluator, bot.settings.params, seed) {
        search_.set_position(history);
    }

    // kNullPoint: stopped.
    Point think(const std::atomic<bool>& stop) {
        SearchEvents events;
        events.first_report_after_s = events.report_every_s = kStopInterval_s;
        events.on_report = [&](const Search&) {
            if (stop) search_.request_stop();
        };
        const SearchResult result = search_.run(SearchLimits{}, events);
        if (stop) return kNullPoint;
        ++effort_.moves;
        effort_.playouts += result.playouts;
        effort_.seconds += result.seconds;
        note_values();
        return search_.choose_move();
    }

    void follow(Point move, Player player) { ENSURE(search_.make_move(move, player)); }

    bool wants_to_resign() const { return settings_.allow_resignation && lost_turns_ >= settings_.resign_consec_turns; }

    const BotEffort& effort() const { return effort_; }

  private:
    void note_values() {
        const std::optional<NodeValues> values = search_.root_values();
        ENSURE(values);
        const double sign = search_.player() == Color::White ? 1 : -1;
        const bool lost = sign * values->win_loss < settings_.resign_threshold &&
                          sign * values->lead <= -settings_.resign_min_score_difference;
        lost_turns_ = lost ? lost_turns_ + 1 : 0;
    }

    const BotSettings& settings_;
    Search search_;
    int lost_turns_ = 0;  // its own last ones in a row
    BotEffort effort_;
};

GameEnd end_of(const BoardHistory& finished) {
    if (finished.no_result()) return GameEnd::NoResult;
    return finished.resigned() ? GameEnd::Resignation : GameEnd::Score;
}

}  // namespace

std::optional<PlayedGame> play_match_game(const GameStart& start, const std::array<MatchBot, 2>& bots,
                                          const std::atomic<bool>& stop) {
    PlayedGame game;
    game.history = start.history;
    BoardHistory& history = game.history;
    Rng rng(start.seed);
    std::array<Seat, 2> seats = {Seat(bots[0], history, rng.next()), Seat(bots[1], history, rng.next())};
    while (!history.finished() && static_cast<int>(history.moves().size()) < start.max_moves) {
        const Player player = history.next_player();
        const size_t bot = player == Color::Black ? start.black_bot : 1 - start.black_bot;
        const Point move = seats[bot].think(stop);
        if (stop) return std::nullopt;
        ENSURE(history.is_legal(move, player));
        if (seats[bot].wants_to_resign()) {
            history.finish_by_resignation(opponent(player));
            break;
        }
        history.make_move(move, player);
        for (Seat& seat : seats) seat.follow(move, player);
        if (!history.finished() && history.is_settled()) history.finish_settled();
    }
    if (history.finished()) {
        game.end = end_of(history);
    } else {
        game.end = GameEnd::MoveLimit;
        history.finish_now();
    }
    for (size_t i = 0; i < seats.size(); ++i) game.efforts[i] = seats[i].effort();
    return game;
}

std::string result_text(const BoardHistory& finished) {
    if (finished.no_result()) return "Void";
    if (finished.winner() == Color::Empty) return "0";
    const std::string winner(short_name(finished.winner()));
    if (finished.resigned()) return winner + "+R";
    const float score = finished.white_score();
    return winner + "+" + number_text(score > 0 ? score : -score);
}

}  // namespace katago
