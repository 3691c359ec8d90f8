// SPDX-License-Identifier: MIT
#include "command/match/match_play.h"

#include <optional>

#include "core/ensure.h"
#include "core/rng.h"
#include "play/engine_player.h"
#include "search/search.h"

namespace katago {

namespace {

// How often a search looks whether the match was stopped.
constexpr double kStopInterval_s = 0.1;

// One bot's side of a game: its search, which keeps what it knows from move to move, and who plays with it.
class Seat {
  public:
    Seat(const MatchBot& bot, const BoardHistory& history, uint64_t seed)
        : search_(bot.evaluator, bot.settings.player.search, seed),
          rng_(seed ^ mix::split(1)),
          player_({search_, bot.settings.player, rng_, bot.avoided_games, PhaseAdvance::Allowed}) {
        search_.set_position(history);
    }

    // nullopt: stopped.
    std::optional<GeneratedMove> think(const BoardHistory& history, const std::atomic<bool>& stop) {
        MoveRequest request;
        request.events.first_report_after_s = request.events.report_every_s = kStopInterval_s;
        request.events.on_report = [&](const Search&) {
            if (stop) search_.request_stop();
        };
        request.on_searched = [&](Point, const SearchResult& result) {
            ++effort_.moves;
            effort_.playouts += result.playouts;
            effort_.seconds += result.seconds;
        };
        request.cancelled = &stop;
        return player_.generate_move(history, request);
    }

    void follow(Point move, Player player) { ENSURE(search_.make_move(move, player)); }

    const BotEffort& effort() const { return effort_; }

  private:
    Search search_;
    Rng rng_;
    EnginePlayer player_;
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
        const std::optional<GeneratedMove> generated = seats[bot].think(history, stop);
        if (!generated) return std::nullopt;
        ENSURE(history.is_legal(generated->move, player));
        if (generated->resigns) {
            history.finish_by_resignation(opponent(player));
            break;
        }
        history.make_move(generated->move, player);
        for (Seat& seat : seats) seat.follow(generated->move, player);
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

}  // namespace katago
