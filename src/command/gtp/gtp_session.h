// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "command/gtp/gtp_params.h"
#include "command/subcommand.h"
#include "core/rng.h"
#include "core/thread.h"
#include "engine/engine.h"
#include "play/engine_player.h"
#include "play/gtp_game.h"
#include "protocol/gtp_text.h"
#include "search/search.h"

namespace katago {

// Standard output of a GTP engine: whole pieces at a time, each flushed. Thread-safe.
class GtpOutput {
  public:
    GtpOutput(std::ostream& stream, OutputReader& reader) : stream_(stream), reader_(reader) {}

    void write(std::string_view text);
    // Writes a whole response in one piece, and its first line to the log, unless that is null.
    void respond(GtpStatus status, std::optional<int> id, std::string_view text, Logger* log);

  private:
    std::mutex mutex_;
    std::ostream& stream_ GUARDED_BY(mutex_);
    OutputReader& reader_;
};

// All that GTP commands act upon: the game, the settings, the search, the player and what they are doing. One thread at
// a time, which reads the commands; searches run beside it.
class GtpSession {
  public:
    struct Setup {
        Engine& engine;
        const Config& config;
        Logger& log;
        const Streams& streams;
        std::string version;      // as `version` answers
        Engine* human = nullptr;  // a network that imitates people; null: none
    };

    // Throws ConfigError.
    explicit GtpSession(const Setup& setup);
    ~GtpSession();

    const std::string& version() const { return version_; }
    Engine& engine() { return engine_; }
    Engine* human_engine() { return human_engine_; }
    Logger& log() { return log_; }
    std::ostream& err() { return err_; }
    GtpOutput& output() { return output_; }
    OutputReader& reader() { return *reader_; }
    // Writes a whole response, to the log too as logAllGTPCommunication wants it.
    void respond(GtpStatus status, std::optional<int> id, std::string_view text);
    // Tells something on stderr and in the log, but not twice where the log goes to stderr.
    void announce(const std::string& text);
    Search& search() { return search_; }
    const GtpGame& game() const { return game_; }
    const GtpParams& params() const { return params_; }
    const GtpSettings& settings() const { return params_.settings(); }

    // All or none of them; an empty value goes back to the built-in default. Throws ProtocolError.
    void change_params(std::span<const std::pair<std::string, std::string>> values);
    // Who plays both sides with the session's search.
    EnginePlayer& player() { return engine_player_; }
    // Makes it `player`'s turn and generates a move, which is not played; see EnginePlayer.
    std::optional<GeneratedMove> generate_move(Player player, const MoveRequest& request);
    // From the session's random numbers.
    uint64_t draw_seed() { return rng_.next(); }
    double draw_uniform() { return rng_.uniform(); }

    // --- Changes of the game; the search follows ---

    void set_up(const Board& board, Player next_player);
    // See GtpGame.
    bool load(const Board& board, Player next_player, const Rules& rules, std::span<const Move> moves);
    bool play(Move move);
    bool undo();
    void switch_player(Player player);
    void set_rules(const Rules& rules);
    void set_komi(float komi);

    // --- What runs beside the reader of commands ---

    // Starts a search that the next line ends; its response is then closed by an empty line. It may come to an end of
    // its own before, by the limits of the parameters in force.
    void start_analysis(const SearchEvents& events);
    // (Any thread) Whether an analysis goes on for all that the session knows: false once a line has come.
    bool analysing() const { return analysing_; }
    // Runs `task` on a thread; the next line sets the flag it is given, stops its searches and waits for it.
    void start_cancellable(std::function<void(const std::atomic<bool>& cancelled)> task);
    // Ends either of them.
    void interrupt();
    // Searches on in the background if the settings ask for it.
    void start_pondering();
    void stop_pondering();

    void request_quit() { quit_ = true; }
    bool quit_requested() const { return quit_; }

  private:
    struct Cancellable;

    void limit_threads();
    // The game has another past: search and player forget theirs.
    void game_replaced();
    void report_failure(const std::exception& error);

    std::string version_;
    Engine& engine_;
    Engine* human_engine_;
    Logger& log_;
    std::ostream& err_;
    std::shared_ptr<OutputReader> reader_;
    GtpOutput output_;
    GtpParams params_;
    GtpGame game_;
    Search search_;
    Rng rng_;
    EnginePlayer engine_player_;
    std::atomic<bool> analysing_ = false;
    bool pondering_ = false;
    std::unique_ptr<Cancellable> cancellable_;
    bool quit_ = false;
    OutputReader::Notice nobody_reads_;  // all searches end then
};

}  // namespace katago
